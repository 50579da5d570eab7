//! Signs a request and shows everything: canonical request, string to sign, and what to send.
//!
//! Without arguments, the documented IAM `ListUsers` call with temporary credentials. With
//! arguments, anything, with credentials from the usual variables:
//!
//! ```text
//! AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_SESSION_TOKEN=… \
//!     cargo run --example sign -- GET 'https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15' \
//!     --region us-east-1 --service sts [-H 'name: value'] [-d body] [--curl]
//! ```

use std::error::Error;
use std::time::SystemTime;

use countersign::{
    Credentials, PayloadHash, Service, Signer, Timestamp,
    sigv4::{AmzDate, Authorization, CanonicalRequest, StringToSign},
};
use http::{HeaderName, HeaderValue, Request};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    match arguments.next() {
        None => documented()?.print(),
        Some(method) => Job::from_arguments(&method, arguments)?.print(),
    }
}

/// What is to be signed, by whom, and when.
struct Job {
    request: Request<String>,
    credentials: Credentials,
    region: String,
    service: String,
    now: Timestamp,
    curl: bool,
}

/// The call that AWS's guides sign: IAM's `ListUsers`, here with temporary credentials.
fn documented() -> Result<Job, Box<dyn Error>> {
    let token = "AQoEXAMPLEH4aoAH0gNCAPyJxz4BlCFFxWNE1OPTgk5TthT+FvwqnKwRcOIfrRh3c/LTo6UDdyJwOOvEVPv\
                 LXCrrrUtdnniCEXAMPLE/IvU1dYUg2RVAJBanLiHb4IgRmpRV3zrkuWJOgQs8IZZaIv2BXIa2R4Olgk=";
    Ok(Job {
        request: Request::post("https://iam.amazonaws.com/")
            .header(
                "content-type",
                "application/x-www-form-urlencoded; charset=utf-8",
            )
            .body("Action=ListUsers&Version=2010-05-08".to_owned())?,
        credentials: Credentials::new(
            "ASIAIOSFODNN7EXAMPLE",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        )
        .with_session_token(token),
        region: "us-east-1".to_owned(),
        service: "iam".to_owned(),
        now: "2015-08-30T12:36:00Z".parse()?,
        curl: false,
    })
}

impl Job {
    fn from_arguments(
        method: &str,
        mut rest: impl Iterator<Item = String>,
    ) -> Result<Self, Box<dyn Error>> {
        let usage = "METHOD URL --region R --service S [-H 'name: value'] [-d body] [--curl]";
        let url = rest.next().ok_or(usage)?;
        let mut request = Request::builder()
            .method(method)
            .uri(url)
            .body(String::new())?;
        let (mut region, mut service, mut curl) = (None, None, false);
        while let Some(option) = rest.next() {
            let mut value = || rest.next().ok_or(format!("{option} needs a value"));
            match option.as_str() {
                "--region" => region = Some(value()?),
                "--service" => service = Some(value()?),
                "--curl" => curl = true,
                "-d" => *request.body_mut() = value()?,
                "-H" => {
                    let header = value()?;
                    let (name, value) = header.split_once(':').ok_or("-H needs 'name: value'")?;
                    let name = HeaderName::from_bytes(name.trim().as_bytes())?;
                    request
                        .headers_mut()
                        .append(name, HeaderValue::from_str(value.trim())?);
                }
                other => return Err(format!("unknown option {other}; {usage}").into()),
            }
        }
        let variable = |name| std::env::var(name).map_err(|_| format!("{name} is not set"));
        let mut credentials = Credentials::new(
            variable("AWS_ACCESS_KEY_ID")?,
            variable("AWS_SECRET_ACCESS_KEY")?,
        );
        if let Ok(token) = variable("AWS_SESSION_TOKEN") {
            credentials = credentials.with_session_token(token);
        }
        Ok(Self {
            request,
            credentials,
            region: region
                .or(variable("AWS_REGION").ok())
                .ok_or("--region is missing")?,
            service: service.ok_or("--service is missing")?,
            now: SystemTime::now().into(),
            curl,
        })
    }

    fn print(self) -> Result<(), Box<dyn Error>> {
        let Self {
            mut request,
            credentials,
            region,
            service,
            now,
            curl,
        } = self;
        let service = Service::from(service);
        let rules = service.rules().clone();
        let payload = PayloadHash::new(request.body());

        // The one line that signs:
        Signer::new(credentials, region, service)?.sign(&mut request, payload, now)?;

        if curl {
            return print_curl(&request);
        }
        // What was signed can be seen: the request has all that it takes.
        let canonical = CanonicalRequest::new(&request, &rules, payload)?;
        let authorization = Authorization::parse(request.headers()["authorization"].to_str()?)?;
        let date = AmzDate::new(now)?;
        let string_to_sign = StringToSign::new(
            authorization.algorithm,
            &date,
            &authorization.scope,
            &canonical.hash(),
        );
        println!("--- canonical request\n{canonical}\n");
        println!("--- string to sign\n{string_to_sign}\n");
        println!("--- request");
        let uri = request.uri();
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        println!("{} {target} HTTP/1.1", request.method());
        println!(
            "host: {}",
            uri.authority().map_or("", |authority| authority.as_str())
        );
        for (name, value) in request.headers() {
            println!("{name}: {}", value.to_str()?);
        }
        println!("\n{}", request.body());
        Ok(())
    }
}

/// A command that sends the request, quoted for a POSIX shell.
fn print_curl(request: &Request<String>) -> Result<(), Box<dyn Error>> {
    let quote = |text: &str| format!("'{}'", text.replace('\'', r"'\''"));
    print!(
        "curl -X {} {}",
        request.method(),
        quote(&request.uri().to_string())
    );
    for (name, value) in request.headers() {
        print!(
            " \\\n  -H {}",
            quote(&format!("{name}: {}", value.to_str()?))
        );
    }
    if !request.body().is_empty() {
        print!(" \\\n  --data-raw {}", quote(request.body()));
    }
    println!();
    Ok(())
}
