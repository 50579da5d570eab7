//! Buckets and objects in memory: the S3 operations that these tests need.
//!
//! A store on disk could not contain `..`, `a//b`, or both `a` and `a/b`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard};

use bytes::Bytes;
use futures::TryStreamExt;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::*;
use s3s::{Body, S3, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};
use sha2::{Digest, Sha256};

use crate::large::hex;

/// The characters that `encoding-type=url` does not encode.
const LISTED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

/// Of an object whose key has this prefix, only the length and the SHA-256 are kept, for uploads
/// that are larger than the memory.
pub const SINK: &str = "sink/";

/// The store.
#[derive(Default)]
pub struct Store(Mutex<State>);

#[derive(Default)]
struct State {
    buckets: HashMap<String, BTreeMap<String, StoredObject>>,
    uploads: HashMap<String, BTreeMap<i32, Bytes>>,
    uploads_so_far: usize,
}

#[derive(Clone)]
struct StoredObject {
    content: Bytes,
    content_type: Option<String>,
    metadata: Option<Metadata>,
}

impl Store {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder of the lock panics")
    }

    fn find(&self, bucket: &str, key: &str) -> S3Result<StoredObject> {
        let mut state = self.state();
        state
            .bucket(bucket)?
            .get(key)
            .cloned()
            .ok_or_else(|| s3_error!(NoSuchKey))
    }
}

impl State {
    fn bucket(&mut self, name: &str) -> S3Result<&mut BTreeMap<String, StoredObject>> {
        self.buckets
            .get_mut(name)
            .ok_or_else(|| s3_error!(NoSuchBucket))
    }

    fn upload(&mut self, id: &str) -> S3Result<&mut BTreeMap<i32, Bytes>> {
        self.uploads
            .get_mut(id)
            .ok_or_else(|| s3_error!(NoSuchUpload))
    }
}

#[async_trait::async_trait]
impl S3 for Store {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> S3Result<S3Response<CreateBucketOutput>> {
        self.state()
            .buckets
            .entry(request.input.bucket)
            .or_default();
        Ok(S3Response::new(CreateBucketOutput::default()))
    }

    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let input = request.input;
        let content = if input.key.starts_with(SINK) {
            sink(input.body).await?
        } else {
            read(input.body).await?
        };
        let object = StoredObject {
            content,
            content_type: input.content_type,
            metadata: input.metadata,
        };
        let e_tag = Some(e_tag(&object));
        self.state()
            .bucket(&input.bucket)?
            .insert(input.key, object);
        Ok(S3Response::new(PutObjectOutput {
            e_tag,
            ..Default::default()
        }))
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let object = self.find(&request.input.bucket, &request.input.key)?;
        let whole = object.content.len();
        let (e_tag, range) = (Some(e_tag(&object)), request.input.range);
        let (content, content_range) = match range {
            None => (object.content, None),
            Some(range) => {
                let range = range.check(whole as u64)?;
                let (first, end) = (range.start as usize, range.end as usize);
                let told = format!("bytes {first}-{}/{whole}", end - 1);
                (object.content.slice(first..end), Some(told))
            }
        };
        Ok(S3Response::new(GetObjectOutput {
            content_length: i64::try_from(content.len()).ok(),
            content_range,
            e_tag,
            last_modified: Some(last_modified()),
            body: Some(StreamingBlob::from(Body::from(content))),
            content_type: object.content_type,
            metadata: object.metadata,
            ..Default::default()
        }))
    }

    async fn head_object(
        &self,
        request: S3Request<HeadObjectInput>,
    ) -> S3Result<S3Response<HeadObjectOutput>> {
        let object = self.find(&request.input.bucket, &request.input.key)?;
        Ok(S3Response::new(HeadObjectOutput {
            content_length: Some(length(&object)),
            e_tag: Some(e_tag(&object)),
            last_modified: Some(last_modified()),
            content_type: object.content_type,
            metadata: object.metadata,
            ..Default::default()
        }))
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.state()
            .bucket(&request.input.bucket)?
            .remove(&request.input.key);
        Ok(S3Response::new(DeleteObjectOutput::default()))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        let input = request.input;
        let prefix = input.prefix.unwrap_or_default();
        let start_after = input.start_after.unwrap_or_default();
        let delimiter = input.delimiter.filter(|delimiter| !delimiter.is_empty());

        let encoding = input.encoding_type.as_ref();
        let mut contents = Vec::new();
        let mut common_prefixes = BTreeSet::new();
        for (key, object) in self.state().bucket(&input.bucket)? {
            let Some(rest) = key.strip_prefix(&prefix) else {
                continue;
            };
            if !start_after.is_empty() && *key <= start_after {
                continue;
            }
            match delimiter
                .as_deref()
                .and_then(|delimiter| rest.split_once(delimiter))
            {
                Some((group, _)) => {
                    let end =
                        prefix.len() + group.len() + delimiter.as_ref().map_or(0, String::len);
                    common_prefixes.insert(listed(&key[..end], encoding));
                }
                None => contents.push(Object {
                    key: Some(listed(key, encoding)),
                    size: Some(length(object)),
                    e_tag: Some(e_tag(object)),
                    last_modified: Some(last_modified()),
                    ..Default::default()
                }),
            }
        }
        let prefixes = common_prefixes
            .into_iter()
            .map(|prefix| CommonPrefix {
                prefix: Some(prefix),
            })
            .collect();
        Ok(S3Response::new(ListObjectsV2Output {
            contents: Some(contents),
            common_prefixes: Some(prefixes),
            encoding_type: input.encoding_type,
            ..Default::default()
        }))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let mut state = self.state();
        state.bucket(&request.input.bucket)?;
        state.uploads_so_far += 1;
        // S3's upload IDs are opaque. Some stores use base64, which must be encoded in a query.
        let id = format!("upload/{}+id=", state.uploads_so_far);
        state.uploads.insert(id.clone(), BTreeMap::new());
        Ok(S3Response::new(CreateMultipartUploadOutput {
            upload_id: Some(id),
            ..Default::default()
        }))
    }

    async fn upload_part(
        &self,
        request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let input = request.input;
        let content = read(input.body).await?;
        let e_tag = Some(ETag::Strong(format!("part-{}", input.part_number)));
        self.state()
            .upload(&input.upload_id)?
            .insert(input.part_number, content);
        Ok(S3Response::new(UploadPartOutput {
            e_tag,
            ..Default::default()
        }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let input = request.input;
        let named = input
            .multipart_upload
            .and_then(|upload| upload.parts)
            .unwrap_or_default();
        let mut state = self.state();
        let stored = state.upload(&input.upload_id)?;
        let mut content = Vec::new();
        for part in named {
            let bytes = part.part_number.and_then(|number| stored.get(&number));
            content.extend_from_slice(bytes.ok_or_else(|| s3_error!(InvalidPart))?);
        }
        state.uploads.remove(&input.upload_id);
        let object = StoredObject {
            content: content.into(),
            content_type: None,
            metadata: None,
        };
        let e_tag = Some(e_tag(&object));
        state.bucket(&input.bucket)?.insert(input.key, object);
        Ok(S3Response::new(CompleteMultipartUploadOutput {
            e_tag,
            ..Default::default()
        }))
    }
}

/// Half of a SHA-256. Clients accept any text.
fn e_tag(object: &StoredObject) -> ETag {
    let digest = Sha256::digest(&object.content);
    ETag::Strong(hex(&digest[..16]))
}

/// The same for all objects: no client here depends on it.
fn last_modified() -> Timestamp {
    std::time::SystemTime::UNIX_EPOCH.into()
}

/// Reads a body to its end. `s3s` compares it with `x-amz-content-sha256` at its end, so nothing is
/// stored before.
async fn read(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let Some(body) = body else {
        return Ok(Bytes::new());
    };
    let chunks: Vec<Bytes> = body.try_collect().await.map_err(|_| mismatch())?;
    Ok(chunks.concat().into())
}

/// Reads a body to its end, and returns its length and its SHA-256 in hex.
async fn sink(body: Option<StreamingBlob>) -> S3Result<Bytes> {
    let (mut length, mut hash) = (0, Sha256::new());
    if let Some(mut body) = body {
        while let Some(piece) = body.try_next().await.map_err(|_| mismatch())? {
            length += piece.len();
            hash.update(&piece);
        }
    }
    let hash = hex(&hash.finalize());
    Ok(format!("{length} {hash}").into())
}

fn mismatch() -> s3s::S3Error {
    let mut error = s3s::S3Error::new(S3ErrorCode::Custom("XAmzContentSHA256Mismatch".into()));
    error.set_status_code(http::StatusCode::BAD_REQUEST);
    error
}

/// A key in a list, percent-encoded if the request has `encoding-type=url`. A key with a NUL needs
/// it, as XML cannot contain it.
fn listed(key: &str, encoding: Option<&EncodingType>) -> String {
    match encoding {
        Some(_) => utf8_percent_encode(key, LISTED).to_string(),
        None => key.to_owned(),
    }
}

fn length(object: &StoredObject) -> i64 {
    i64::try_from(object.content.len()).unwrap_or(i64::MAX)
}
