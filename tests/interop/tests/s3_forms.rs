//! Does a real server accept the forms that countersign signs, sent as a browser sends them, and
//! does it refuse fields that the policy does not cover? countersign's own check must refuse the
//! same.

use bytes::Bytes;
use countersign::post_policy::{PostForm, PostPolicy, SignedPost, Upload};
use countersign::verify::{VerificationKey, Verifier};
use countersign::{Credentials, Service, Signer};
use countersign_interop::client::{Answer, Client};
use countersign_interop::server::Server;
use countersign_interop::signed::Form;
use countersign_interop::{REGION, callers, report};
use http::{Request, StatusCode};
use time::{Duration, OffsetDateTime};

const BOUNDARY: &str = "----boundary-of-a-browser";
const KEY: &str = "user/a b+c.txt";

type Fields = Vec<(String, String)>;

fn policy(now: OffsetDateTime) -> PostPolicy {
    PostPolicy::new("bucket", now + Duration::minutes(30))
        .require_prefix("key", "user/")
        .require_prefix("Content-Type", "text/")
        .require_eq("x-amz-meta-price", "5$ or \"so\" \\ more")
        .content_length_range(1, 20)
}

fn signed(credentials: &Credentials, policy: &PostPolicy, now: OffsetDateTime) -> Fields {
    let signer = Signer::new(credentials.clone(), REGION, "s3").unwrap();
    let fields = [("key", KEY), ("Content-Type", "text/plain")];
    let form: PostForm = signer.sign_post(policy, fields, now).expect("within it");
    form.fields()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// `multipart/form-data` of RFC 7578, with the file last.
fn multipart(fields: &Fields, file: &str) -> Bytes {
    let mut body = String::new();
    for (name, value) in fields {
        body.push_str(&format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        ));
    }
    body.push_str(&format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\
         Content-Type: text/plain\r\n\r\n{file}\r\n--{BOUNDARY}--\r\n"
    ));
    Bytes::from(body)
}

async fn send(server: &Server, client: &Client, fields: &Fields, file: &str) -> Answer {
    let request = Request::post(server.url("/bucket"))
        .header(
            "content-type",
            format!("multipart/form-data; boundary={BOUNDARY}"),
        )
        .body(multipart(fields, file))
        .expect("a request");
    client.send(request).await
}

/// Whether countersign's own check accepts the form.
fn takes(credentials: &Credentials, fields: &Fields, file: &str, now: OffsetDateTime) -> bool {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (&n[..], &v[..])).collect();
    let Ok(claim) = SignedPost::parse(&fields) else {
        return false;
    };
    let key = VerificationKey::derive(credentials, claim.scope()).expect("a secret");
    let upload = Upload {
        bucket: "bucket",
        file_name: "a.txt",
        file_length: file.len() as u64,
    };
    let verifier = Verifier::new(REGION, Service::S3).unwrap();
    claim.verify(&verifier, &key, &upload, now).is_ok()
}

#[tokio::test]
async fn browser_uploads_are_accepted_until_they_are_changed() {
    let server = Server::start(callers::accounts()).await.expect("a port");
    let client = Client::http1();
    let temporary = callers::temporary(&server, &client).await;
    let signer = Signer::new(callers::long_term(), REGION, "s3").unwrap();
    let now = OffsetDateTime::now_utc();
    let bucket = Request::put(server.url("/bucket"))
        .body(Bytes::new())
        .expect("a request");
    let bucket = Form::ALL[0].sign(&signer, bucket, now);
    assert_eq!(client.send(bucket).await.status, StatusCode::OK);

    let mut counts = (0, 0);
    for credentials in [callers::long_term(), temporary] {
        let fields = signed(&credentials, &policy(now), now);
        for file in ["x", "twenty bytes, or so ."] {
            let file = &file[..file.len().min(20)];
            let answer = send(&server, &client, &fields, file).await;
            assert!(answer.status.is_success(), "{answer:?}");
            assert!(takes(&credentials, &fields, file, now));
            counts.0 += 1;

            let url = server.url(&format!("/bucket/{}", countersign::encode_key(KEY)));
            let get = Request::get(url).body(Bytes::new()).expect("a request");
            let answer = client.send(Form::ALL[0].sign(&signer, get, now)).await;
            assert_eq!(answer.body, file.as_bytes());
            assert_eq!(answer.headers["x-amz-meta-price"], "5$ or \"so\" \\ more");
        }

        let with = |name: &str, value: &str| -> Fields {
            let mut changed = fields.clone();
            match changed.iter_mut().find(|(found, _)| found == name) {
                Some(field) => field.1 = value.to_owned(),
                None => changed.insert(0, (name.to_owned(), value.to_owned())),
            }
            changed
        };
        let foreign = Credentials::new(callers::ACCESS_KEY_ID, "another");
        let ended = PostPolicy::new("bucket", now - Duration::seconds(1)).require_prefix("key", "");
        assert!(signer.sign_post(&ended, [], now).is_err());
        for (what, fields, file) in [
            ("another key", with("key", "other/k"), "x"),
            ("another type", with("Content-Type", "image/png"), "x"),
            ("another value", with("x-amz-meta-price", "6$"), "x"),
            ("a field not covered", with("x-amz-meta-more", "x"), "x"),
            ("another acl", with("acl", "public-read"), "x"),
            ("another date", with("x-amz-date", "20200101T000000Z"), "x"),
            (
                "another signature",
                with("x-amz-signature", &"0".repeat(64)),
                "x",
            ),
            ("too long a file", fields.clone(), "twenty-one bytes, or s"),
            ("an empty file", fields.clone(), ""),
            ("another secret", signed(&foreign, &policy(now), now), "x"),
            (
                "another bucket",
                signed(
                    &credentials,
                    &PostPolicy::new("elsewhere", now + Duration::minutes(30))
                        .require_prefix("key", "")
                        .require_prefix("Content-Type", ""),
                    now,
                ),
                "x",
            ),
        ] {
            let answer = send(&server, &client, &fields, file).await;
            assert!(answer.status.is_client_error(), "{what}: {answer:?}");
            assert!(!takes(&credentials, &fields, file, now), "{what}");
            counts.1 += 1;
        }
    }
    let (accepted, refused) = counts;
    report::line(&format!(
        "s3 forms: accepted {accepted} uploads, refused {refused}"
    ));
}
