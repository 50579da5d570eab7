//! The whole crate in one run: signs, presigns, verifies, refuses and explains a request.
//!
//! `cargo run --example tour --features explain`

use std::error::Error;
use std::time::Duration;

use countersign::explain::Explainer;
use countersign::verify::{SignedRequest, VerificationKey, Verifier};
use countersign::{Credentials, PayloadHash, Signer, Timestamp, encode_key};
use http::Request;

fn main() -> Result<(), Box<dyn Error>> {
    // A fixed time, so that every run prints the same. A program passes `SystemTime::now()`.
    let now: Timestamp = "2026-01-02T03:04:05Z".parse()?;
    let credentials = Credentials::new("ASIAEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
        .with_session_token("IQoJb3JpZ2luX2VjEXAMPLETOKEN");
    let signer = Signer::new(credentials.clone(), "us-east-1", "s3")?;

    let key = encode_key("reports/2026 (1).txt");
    let url = format!("https://photos.s3.us-east-1.amazonaws.com/{key}");
    let mut request = Request::put(&url)
        .header("content-type", "text/plain")
        .body("hello")?;
    signer.sign_buffered(&mut request, now)?;

    // The explainer shows what was signed. It hides secrets unless `expose` is called.
    let explainer = Explainer::new(&request, "s3");
    let canonical_request = explainer.canonical_request()?.expose().to_owned();
    show(
        "Both sides reduce the request to a canonical request:",
        &canonical_request,
    );
    show(
        "Its hash becomes part of the string to sign:",
        explainer.string_to_sign()?.expose(),
    );
    show(
        "The signed request carries the session token and the signature:",
        &wire(&request)?,
    );

    let link = signer.presign(&Request::get(&url).body(())?, Duration::from_secs(900), now)?;
    show(
        &format!("A presigned URL, valid until {}:", link.expires_at()),
        link.url(),
    );

    let who = verify(&request, &credentials, now)?;
    show("A server verifies the signed request. It is from:", &who);

    let mut tampered = request.clone();
    *tampered.body_mut() = "HELLO";
    let refusal = match verify(&tampered, &credentials, now) {
        Ok(who) => return Err(format!("accepted another body from {who}").into()),
        Err(refusal) => refusal.to_string(),
    };
    show("The same request with another body is refused:", &refusal);

    let received = canonical_request.replace("photos.s3.us-east-1.amazonaws.com", "10.0.0.7");
    let response = format!(
        "<Error><Code>SignatureDoesNotMatch</Code>\
         <CanonicalRequest>{received}</CanonicalRequest></Error>"
    );
    let diagnosis = explainer.error_body(response)?;
    show(
        "A proxy changed the host, and the store refused the signature. Why?",
        &diagnosis.to_string(),
    );
    Ok(())
}

/// The access key ID of the sender, once the signature and the body are proven.
fn verify(
    request: &Request<&str>,
    known: &Credentials,
    now: Timestamp,
) -> Result<String, Box<dyn Error>> {
    let claim = SignedRequest::parse(request)?;
    let key = VerificationKey::derive(known, claim.scope())?;
    let payload = PayloadHash::new(request.body());
    let verified = Verifier::new("us-east-1", "s3")?.verify(&claim, &key, payload, now)?;
    Ok(verified.access_key_id().to_owned())
}

/// The request as an HTTP client sends it.
fn wire(request: &Request<&str>) -> Result<String, Box<dyn Error>> {
    let uri = request.uri();
    let mut text = format!("{} {} HTTP/1.1\n", request.method(), uri.path());
    text += &format!("host: {}\n", uri.host().ok_or("no host")?);
    for (name, value) in request.headers() {
        text += &format!("{name}: {}\n", value.to_str()?);
    }
    Ok(format!("{text}\n{}", request.body()))
}

fn show(sentence: &str, text: &str) {
    println!("{sentence}\n");
    for line in text.lines() {
        println!("    {line}");
    }
    println!();
}
