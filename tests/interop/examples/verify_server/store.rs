//! Buckets in memory. A call contains only verified data: the signed path and parameters, and the
//! signed headers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use countersign::chunked::{Checksum, ChecksumAlgorithm};
use countersign::verify::{OwnedVerified, VerifyError};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use md5::{Digest, Md5};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use roxmltree::Document;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::refusal::*;

type Answer = Result<Response<Bytes>, Refusal>;

const HTTP_DATE: &[BorrowedFormatItem<'_>] = format_description!(
    "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
);
const XML_DATE: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].000Z");
/// The characters that `encoding-type=url` does not encode.
const LISTED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'/');
const CONTENT_MD5: HeaderName = HeaderName::from_static("content-md5");
/// Parameters that this store ignores.
const HARMLESS: [&str; 7] = [
    "Version",
    "X-Amz-Content-Sha256",
    "fetch-owner",
    "max-parts",
    "max-uploads",
    "x-amz-checksum-mode",
    "x-id",
];
const KNOWN: [&str; 15] = [
    "continuation-token",
    "delete",
    "delimiter",
    "encoding-type",
    "list-type",
    "location",
    "marker",
    "max-keys",
    "part-number-marker",
    "partNumber",
    "prefix",
    "start-after",
    "uploadId",
    "uploads",
    "versioning",
];

/// A verified request.
pub(crate) struct Call<'a> {
    pub(crate) verified: &'a OwnedVerified,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: Bytes,
}

impl Call<'_> {
    /// The signed value of a header, if it is signed.
    fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.verified.header(name)?).ok()
    }

    fn parameter(&self, name: &'static str) -> Result<Option<String>, Refusal> {
        let is = |found: &[u8]| found == name.as_bytes();
        let mut values = self.verified.query().filter(|(found, _)| is(found));
        match (values.next(), values.next()) {
            // The order of two values is not signed.
            (Some(_), Some(_)) => Err(VerifyError::Repeated { name }.into()),
            (value, _) => Ok(value.map(|(_, value)| String::from_utf8_lossy(value).into_owned())),
        }
    }

    /// Refuses parameters that would select an operation that this store does not have.
    fn check_parameters(&self) -> Result<(), Refusal> {
        let known = |name: &[u8]| {
            let mut all = KNOWN.iter().chain(&HARMLESS);
            all.any(|known| known.as_bytes() == name)
        };
        let all_known = self.verified.query().all(|(name, _)| known(name));
        all_known.then_some(()).ok_or(NOT_IMPLEMENTED)
    }

    /// The headers that an object keeps.
    fn kept(&self) -> HeaderMap {
        let names = self.verified.signed_headers();
        let keeps = |name: &&str| name.starts_with("x-amz-meta-") || *name == "content-type";
        let kept = names.filter(keeps).filter_map(|name| {
            let value = HeaderValue::from_bytes(self.verified.header(name)?).ok()?;
            Some((name.parse::<HeaderName>().ok()?, value))
        });
        kept.collect()
    }

    /// Compares the body with the checksums that the client signed.
    fn check_digests(&self) -> Result<(), Refusal> {
        let named = ChecksumAlgorithm::ALL.map(|one| (one.trailer_name(), one));
        let md5 = (CONTENT_MD5, ChecksumAlgorithm::Md5);
        for (name, algorithm) in named.into_iter().chain([md5]) {
            let Some(sent) = self.header(name.as_str()) else {
                continue;
            };
            let mut checksum = Checksum::new(algorithm).map_err(|_| INTERNAL)?;
            checksum.update(&self.body);
            if sent.as_bytes() != checksum.value().as_bytes() {
                return Err(BAD_DIGEST);
            }
        }
        Ok(())
    }
}

struct Object {
    data: Bytes,
    e_tag: String,
    modified: OffsetDateTime,
    headers: HeaderMap,
}

impl Object {
    fn new(data: Bytes, headers: HeaderMap) -> Self {
        let (e_tag, modified) = (hex(&Md5::digest(&data)), OffsetDateTime::now_utc());
        Self {
            data,
            e_tag,
            modified,
            headers,
        }
    }

    fn response(&self, data: Bytes) -> Answer {
        let mut response = Response::new(data);
        *response.headers_mut() = self.headers.clone();
        let date = self.modified.format(HTTP_DATE).map_err(|_| INTERNAL)?;
        set(&mut response, "last-modified", &date)?;
        set(&mut response, "accept-ranges", "bytes")?;
        set(&mut response, "etag", &format!("\"{}\"", self.e_tag))?;
        Ok(response)
    }
}

struct Upload {
    bucket: String,
    key: String,
    initiated: OffsetDateTime,
    headers: HeaderMap,
    parts: BTreeMap<u32, Object>,
}

/// Every bucket exists, and is empty at first.
#[derive(Default)]
pub(crate) struct Store {
    objects: BTreeMap<String, BTreeMap<String, Object>>,
    uploads: BTreeMap<String, Upload>,
    next_upload: u64,
}

impl Store {
    pub(crate) fn answer(&mut self, call: &Call<'_>) -> Answer {
        call.check_parameters()?;
        let path = call.verified.object_path().ok_or(INTERNAL)?;
        let (bucket, key) = path.bucket_and_key();
        let text = |bytes| std::str::from_utf8(bytes).map_err(|_| BAD_ARGUMENT);
        let in_bucket_names = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
        match (text(bucket)?, text(key)?) {
            ("", "") => self.service(call),
            ("", _) => Err(BAD_BUCKET_NAME),
            (bucket, _) if !bucket.bytes().all(in_bucket_names) => Err(BAD_BUCKET_NAME),
            (bucket, "") => self.bucket(call, bucket),
            (bucket, key) => self.object(call, bucket, key),
        }
    }

    fn service(&self, call: &Call<'_>) -> Answer {
        if call.verified.method() != "GET" {
            return Err(NOT_ALLOWED);
        }
        let buckets = self.objects.keys().map(|name| {
            let name = escaped(name);
            format!("<Bucket><Name>{name}</Name><CreationDate>2006-03-01T00:00:00.000Z</CreationDate></Bucket>")
        });
        let buckets: String = buckets.collect();
        let owner = "<Owner><ID>1</ID></Owner>";
        xml(
            "ListAllMyBucketsResult",
            &format!("{owner}<Buckets>{buckets}</Buckets>"),
        )
    }

    fn bucket(&mut self, call: &Call<'_>, bucket: &str) -> Answer {
        let has = |name| call.parameter(name).map(|value| value.is_some());
        match call.verified.method() {
            "PUT" => {
                self.objects.entry(bucket.to_owned()).or_default();
                empty(200)
            }
            "HEAD" => empty(200),
            "DELETE" => {
                self.objects.remove(bucket);
                empty(204)
            }
            "POST" if has("delete")? => self.delete_all(call, bucket),
            "GET" if has("location")? => xml("LocationConstraint", ""),
            "GET" if has("versioning")? => xml("VersioningConfiguration", ""),
            "GET" if has("uploads")? => self.list_uploads(call, bucket),
            "GET" => self.list(call, bucket),
            _ => Err(NOT_ALLOWED),
        }
    }

    fn object(&mut self, call: &Call<'_>, bucket: &str, key: &str) -> Answer {
        let upload = call.parameter("uploadId")?;
        match (call.verified.method(), upload) {
            ("GET" | "HEAD", None) => get(self.find(bucket, key)?, call),
            ("GET", Some(id)) => self.list_parts(call, &id, bucket, key),
            ("PUT", id) => self.put(call, id, bucket, key),
            ("DELETE", None) => {
                if let Some(objects) = self.objects.get_mut(bucket) {
                    objects.remove(key);
                }
                empty(204)
            }
            ("DELETE", Some(id)) => {
                self.upload(&id, bucket, key)?;
                self.uploads.remove(&id);
                empty(204)
            }
            ("POST", Some(id)) => self.complete(call, &id, bucket, key),
            ("POST", None) if call.parameter("uploads")?.is_some() => {
                self.next_upload += 1;
                // A client might parse digits only as a number.
                let id = format!("upload-{}", self.next_upload);
                let upload = Upload {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                    initiated: OffsetDateTime::now_utc(),
                    headers: call.kept(),
                    parts: BTreeMap::new(),
                };
                self.uploads.insert(id.clone(), upload);
                let names = names(bucket, key);
                let id = format!("{names}<UploadId>{id}</UploadId>");
                xml("InitiateMultipartUploadResult", &id)
            }
            _ => Err(NOT_ALLOWED),
        }
    }

    fn find(&self, bucket: &str, key: &str) -> Result<&Object, Refusal> {
        let objects = self.objects.get(bucket);
        objects
            .and_then(|objects| objects.get(key))
            .ok_or(NO_SUCH_KEY)
    }

    fn upload(&mut self, id: &str, bucket: &str, key: &str) -> Result<&mut Upload, Refusal> {
        let upload = self.uploads.get_mut(id);
        upload
            .filter(|upload| upload.bucket == bucket && upload.key == key)
            .ok_or(NO_SUCH_UPLOAD)
    }

    /// `PutObject`, `CopyObject` and `UploadPart`.
    fn put(&mut self, call: &Call<'_>, id: Option<String>, bucket: &str, key: &str) -> Answer {
        call.check_digests()?;
        // Conditions are not supported, so they must not seem to be met.
        if ["if-match", "if-none-match"]
            .iter()
            .any(|name| call.headers.contains_key(*name))
        {
            return Err(NOT_IMPLEMENTED);
        }
        let copied = match call.header("x-amz-copy-source") {
            None => None,
            Some(_) if id.is_some() => return Err(NOT_IMPLEMENTED),
            Some(source) => Some(self.source(call, source)?),
        };
        let is_copy = copied.is_some();
        let object = copied.unwrap_or_else(|| Object::new(call.body.clone(), call.kept()));
        let e_tag = format!("\"{}\"", object.e_tag);
        let mut response = match is_copy {
            true => {
                let modified = xml_date(object.modified)?;
                let modified = format!("<LastModified>{modified}</LastModified>");
                xml(
                    "CopyObjectResult",
                    &format!("<ETag>{e_tag}</ETag>{modified}"),
                )?
            }
            false => empty(200)?,
        };
        set(&mut response, "etag", &e_tag)?;
        match id {
            None => {
                let objects = self.objects.entry(bucket.to_owned()).or_default();
                objects.insert(key.to_owned(), object);
            }
            Some(id) => {
                let number = call.parameter("partNumber")?.ok_or(BAD_ARGUMENT)?;
                let number = number
                    .parse()
                    .ok()
                    .filter(|number| (1..=10_000).contains(number));
                let upload = self.upload(&id, bucket, key)?;
                upload.parts.insert(number.ok_or(BAD_ARGUMENT)?, object);
            }
        }
        Ok(response)
    }

    fn source(&self, call: &Call<'_>, source: &str) -> Result<Object, Refusal> {
        let source = percent_decode_str(source.trim_start_matches('/')).decode_utf8();
        let source = source.map_err(|_| BAD_ARGUMENT)?;
        let (bucket, key) = source.split_once('/').ok_or(BAD_ARGUMENT)?;
        let found = self.find(bucket, key)?;
        let replace = call
            .header("x-amz-metadata-directive")
            .is_some_and(|directive| directive == "REPLACE");
        let headers = if replace {
            call.kept()
        } else {
            found.headers.clone()
        };
        let mut copy = Object::new(found.data.clone(), headers);
        copy.e_tag.clone_from(&found.e_tag);
        Ok(copy)
    }

    /// `CompleteMultipartUpload`: the parts that the client names, in their order.
    fn complete(&mut self, call: &Call<'_>, id: &str, bucket: &str, key: &str) -> Answer {
        let [numbers, e_tags] = elements(&call.body, ["PartNumber", "ETag"])?;
        if numbers.is_empty() || numbers.len() != e_tags.len() {
            return Err(BAD_XML);
        }
        let upload = self.upload(id, bucket, key)?;
        let (mut data, mut digests, mut last) = (Vec::new(), Vec::new(), 0);
        for (number, e_tag) in numbers.iter().zip(&e_tags) {
            let number: u32 = number.parse().map_err(|_| BAD_XML)?;
            let part = upload
                .parts
                .get(&number)
                .filter(|_| number > last)
                .ok_or(BAD_PART)?;
            if e_tag.trim_matches('"') != part.e_tag {
                return Err(BAD_PART);
            }
            last = number;
            data.extend_from_slice(&part.data);
            digests.extend_from_slice(&Md5::digest(&part.data));
        }
        let mut object = Object::new(data.into(), upload.headers.clone());
        object.e_tag = format!("{}-{}", hex(&Md5::digest(&digests)), numbers.len());
        let answer = format!("{}<ETag>\"{}\"</ETag>", names(bucket, key), object.e_tag);
        self.uploads.remove(id);
        let objects = self.objects.entry(bucket.to_owned()).or_default();
        objects.insert(key.to_owned(), object);
        xml("CompleteMultipartUploadResult", &answer)
    }

    fn list_parts(&mut self, call: &Call<'_>, id: &str, bucket: &str, key: &str) -> Answer {
        let mut text = format!(
            "{}<UploadId>{id}</UploadId><IsTruncated>false</IsTruncated>",
            names(bucket, key)
        );
        let after = call
            .parameter("part-number-marker")?
            .map_or(Ok(0), |after| after.parse());
        let after = after.map_err(|_| BAD_ARGUMENT)?;
        let parts = &self.upload(id, bucket, key)?.parts;
        for (number, part) in parts.iter().filter(|(number, _)| **number > after) {
            let (modified, e_tag, size) = (xml_date(part.modified)?, &part.e_tag, part.data.len());
            let _ = write!(
                text,
                "<Part><PartNumber>{number}</PartNumber><LastModified>{modified}</LastModified>\
                 <ETag>\"{e_tag}\"</ETag><Size>{size}</Size></Part>"
            );
        }
        xml("ListPartsResult", &text)
    }

    fn list_uploads(&self, call: &Call<'_>, bucket: &str) -> Answer {
        let prefix = call.parameter("prefix")?.unwrap_or_default();
        let written = writer(call)?;
        let mut text = format!(
            "<Bucket>{bucket}</Bucket><Prefix>{}</Prefix><IsTruncated>false</IsTruncated>",
            written(&prefix)
        );
        for (id, upload) in &self.uploads {
            if upload.bucket == bucket && upload.key.starts_with(&prefix) {
                let (key, initiated) = (written(&upload.key), xml_date(upload.initiated)?);
                let _ = write!(
                    text,
                    "<Upload><Key>{key}</Key><UploadId>{id}</UploadId>\
                     <Initiated>{initiated}</Initiated></Upload>"
                );
            }
        }
        xml("ListMultipartUploadsResult", &text)
    }

    /// `DeleteObjects`.
    fn delete_all(&mut self, call: &Call<'_>, bucket: &str) -> Answer {
        call.check_digests()?;
        let [keys] = elements(&call.body, ["Key"])?;
        if let Some(objects) = self.objects.get_mut(bucket) {
            for key in &keys {
                objects.remove(key);
            }
        }
        let deleted = keys
            .iter()
            .map(|key| format!("<Deleted><Key>{}</Key></Deleted>", escaped(key)));
        xml("DeleteResult", &deleted.collect::<String>())
    }

    /// `ListObjects` and `ListObjectsV2`.
    fn list(&self, call: &Call<'_>, bucket: &str) -> Answer {
        let second = call
            .parameter("list-type")?
            .is_some_and(|version| version == "2");
        let prefix = call.parameter("prefix")?.unwrap_or_default();
        let delimiter = call
            .parameter("delimiter")?
            .filter(|delimiter| !delimiter.is_empty());
        let most = call
            .parameter("max-keys")?
            .map_or(Ok(1000), |most| most.parse());
        let most: usize = most.map_err(|_| BAD_ARGUMENT)?;
        let most = most.min(1000);
        // A token is the last name, percent-encoded.
        let token = call.parameter("continuation-token")?;
        let token = token.map(|token| percent_decode_str(&token).decode_utf8_lossy().into_owned());
        let after = match second {
            true => token.or(call.parameter("start-after")?),
            false => call.parameter("marker")?,
        };

        let written = writer(call)?;
        let (mut keys, mut prefixes, mut count) = (String::new(), String::new(), 0);
        let (mut last, mut truncated) = (after.unwrap_or_default(), false);
        let found = self.objects.get(bucket).into_iter().flatten();
        for (key, object) in found.filter(|(key, _)| key.starts_with(&prefix)) {
            let end = delimiter.as_ref().and_then(|delimiter| {
                let at = key[prefix.len()..].find(delimiter)?;
                Some(prefix.len() + at + delimiter.len())
            });
            let name = &key[..end.unwrap_or(key.len())];
            if name <= last.as_str() {
                continue; // listed before, as a key or as the prefix of one
            }
            if count == most {
                truncated = most > 0;
                break;
            }
            (last, count) = (name.to_owned(), count + 1);
            let name = written(name);
            if end.is_some() {
                let _ = write!(
                    prefixes,
                    "<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>"
                );
                continue;
            }
            let (modified, size) = (xml_date(object.modified)?, object.data.len());
            let _ = write!(
                keys,
                "<Contents><Key>{name}</Key><LastModified>{modified}</LastModified>\
                 <ETag>\"{}\"</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>",
                object.e_tag
            );
        }
        let mut text = format!(
            "<Name>{}</Name><Prefix>{}</Prefix><MaxKeys>{most}</MaxKeys>\
             <IsTruncated>{truncated}</IsTruncated>",
            escaped(bucket),
            written(&prefix)
        );
        if let Some(delimiter) = &delimiter {
            let _ = write!(text, "<Delimiter>{}</Delimiter>", written(delimiter));
        }
        if call.parameter("encoding-type")?.is_some() {
            text += "<EncodingType>url</EncodingType>";
        }
        if second {
            let _ = write!(text, "<KeyCount>{count}</KeyCount>");
        }
        let next = encoded(&last);
        match (truncated, second) {
            (true, true) => {
                let _ = write!(
                    text,
                    "<NextContinuationToken>{next}</NextContinuationToken>"
                );
            }
            (true, false) => {
                let _ = write!(text, "<NextMarker>{}</NextMarker>", written(&last));
            }
            (false, _) => {}
        }
        xml("ListBucketResult", &(text + &keys + &prefixes))
    }
}

/// `GetObject` and `HeadObject`. An unsigned range is used, too: it selects some of the bytes that
/// the signature allows to read.
fn get(object: &Object, call: &Call<'_>) -> Answer {
    let length = object.data.len();
    let range = call
        .headers
        .get("range")
        .and_then(|range| range.to_str().ok());
    let Some((first, last)) = range.and_then(|range| read_range(range, length)) else {
        return object.response(object.data.clone());
    };
    if first > last || first >= length {
        return Err(BAD_RANGE);
    }
    let mut response = object.response(object.data.slice(first..=last))?;
    *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    set(
        &mut response,
        "content-range",
        &format!("bytes {first}-{last}/{length}"),
    )?;
    Ok(response)
}

/// The first and the last byte of `bytes=FIRST-LAST`, `bytes=FIRST-` or `bytes=-COUNT`. For several
/// ranges, the whole object is returned.
fn read_range(range: &str, length: usize) -> Option<(usize, usize)> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let end = length.saturating_sub(1);
    match (first, last) {
        ("", count) => Some((length - count.parse::<usize>().ok()?.min(length), end)),
        (first, "") => Some((first.parse().ok()?, end)),
        (first, last) => Some((first.parse().ok()?, last.parse::<usize>().ok()?.min(end))),
    }
}

fn empty(status: u16) -> Answer {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::from_u16(status).map_err(|_| INTERNAL)?;
    Ok(response)
}

fn xml(root: &str, content: &str) -> Answer {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{content}</{root}>"
    );
    let mut response = Response::new(text.into());
    set(&mut response, "content-type", "application/xml")?;
    Ok(response)
}

fn set(response: &mut Response<Bytes>, name: &'static str, value: &str) -> Result<(), Refusal> {
    let value = HeaderValue::from_str(value).map_err(|_| INTERNAL)?;
    response.headers_mut().insert(name, value);
    Ok(())
}

fn names(bucket: &str, key: &str) -> String {
    format!(
        "<Bucket>{}</Bucket><Key>{}</Key>",
        escaped(bucket),
        escaped(key)
    )
}

/// How keys are written in a list.
fn writer(call: &Call<'_>) -> Result<fn(&str) -> String, Refusal> {
    Ok(match call.parameter("encoding-type")?.as_deref() {
        None => escaped,
        Some("url") => encoded,
        Some(_) => return Err(BAD_ARGUMENT),
    })
}

fn encoded(key: &str) -> String {
    utf8_percent_encode(key, LISTED).to_string()
}

/// Escapes control characters, too, as S3 does, although XML does not allow them.
fn escaped(text: &str) -> String {
    let mut written = String::new();
    for character in text.chars() {
        match character {
            '&' | '<' | '>' | '\0'..='\x1f' => {
                let _ = write!(written, "&#{};", u32::from(character));
            }
            _ => written.push(character),
        }
    }
    written
}

/// The text of all elements with these names.
fn elements<const N: usize>(body: &[u8], names: [&str; N]) -> Result<[Vec<String>; N], Refusal> {
    let text = std::str::from_utf8(body).map_err(|_| BAD_XML)?;
    let document = Document::parse(text).map_err(|_| BAD_XML)?;
    Ok(names.map(|name| {
        let found = document.descendants();
        let found = found.filter(|element| element.tag_name().name() == name);
        found
            .map(|element| element.text().unwrap_or_default().to_owned())
            .collect()
    }))
}

fn xml_date(time: OffsetDateTime) -> Result<String, Refusal> {
    time.format(XML_DATE).map_err(|_| INTERNAL)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
