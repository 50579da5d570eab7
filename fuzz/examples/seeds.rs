//! Writes the seeds of every target to `corpus/`, from the vectors of the tests: `cargo run
//! --example seeds` in this directory.

use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign::tokens::caller_identity;
use countersign_fuzz::{ACTIONS, Message, NOW, REGION, SERVICES, credentials};
use serde_json::Value;

/// Longer bodies only cost time.
const LONGEST_BODY: usize = 2048;

/// For targets that change a byte: a place in the text, and its lowest bit.
const CHANGE: [u8; 3] = [0, 40, 1];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let vectors = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/vectors");
    let mut files: Vec<_> = fs::read_dir(vectors)?.collect::<Result<_, _>>()?;
    files.retain(|file| {
        file.path()
            .extension()
            .is_some_and(|extension| extension == "json")
    });
    files.sort_by_key(fs::DirEntry::path);
    for file in files {
        let vectors: Value = serde_json::from_slice(&fs::read(file.path())?)?;
        for case in vectors["cases"].as_array().into_iter().flatten() {
            requests(case)?;
            chunks(case)?;
            events(case)?;
            post_policies(case)?;
            responses(case)?;
            sources(case)?;
        }
    }
    proofs()?;
    tokens()
}

fn write(target: &str, name: &str, parts: &[&[u8]]) -> std::io::Result<()> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    fs::create_dir_all(&directory)?;
    fs::write(directory.join(name), parts.concat())
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

fn body(input: &Value) -> Vec<u8> {
    let body = &input["body"];
    let repeat = &body["repeat"];
    let count = repeat["count"].as_u64().unwrap_or_default() as usize;
    let mut bytes = text(body, "utf8").as_bytes().to_vec();
    bytes.extend(text(repeat, "utf8").repeat(count.min(LONGEST_BODY)).bytes());
    bytes.extend(STANDARD.decode(text(body, "base64")).unwrap_or_default());
    bytes.truncate(LONGEST_BODY);
    bytes
}

/// All cases with a method, a URL and headers: as they are, signed, and in pairs.
fn requests(case: &Value) -> std::io::Result<()> {
    let input = &case["input"];
    let (id, expected) = (text(case, "id"), &case["expected"]);
    let signed_already = input["request"].is_object();
    let request = if signed_already {
        &input["request"]
    } else {
        input
    };
    let (Some(method), Some(url)) = (request["method"].as_str(), request["url"].as_str()) else {
        return Ok(());
    };
    let headers = |value: &Value| -> Vec<(String, String)> {
        let pairs = value.as_array().into_iter().flatten();
        let pair = |pair: &Value| {
            Some((
                pair[0].as_str()?.to_lowercase(),
                pair[1].as_str()?.to_owned(),
            ))
        };
        pairs.filter_map(pair).collect()
    };
    let own = headers(&request["headers"]);
    let body = body(request);
    let message = |url: &str, more: &[(String, String)]| {
        let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
        let target = after_scheme
            .find(['/', '?'])
            .map_or("/", |at| &after_scheme[at..]);
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let headers = own.iter().chain(more);
        let headers = headers
            .map(|(name, value)| (name.as_str(), value.as_bytes()))
            .collect();
        Message {
            method,
            path,
            query,
            headers,
            body: &body,
        }
        .write()
    };

    let service = text(input, "service");
    let service = SERVICES
        .iter()
        .position(|known| *known == service)
        .unwrap_or(0) as u8;
    let token = if input["credentials"]["session_token"].is_string() {
        8
    } else {
        0
    };
    let payload = text(&input["options"], "payload");
    let unsigned = if payload.eq_ignore_ascii_case("unsigned") {
        16
    } else {
        0
    };
    let presigned = text(&input["options"], "location") == "query";
    let options = service | token | unsigned;
    let plain = message(url, &[]);
    let lifetime = input["options"]["expires"].as_u64().unwrap_or(3600) as u32;
    let lifetime = &lifetime.to_be_bytes()[1..];
    if !signed_already {
        write("sign_then_verify", id, &[&[options], &CHANGE, &plain])?;
        write(
            "presign_then_verify",
            id,
            &[&[options], lifetime, &CHANGE, &plain],
        )?;
        write(
            "explain",
            id,
            &[&[options | u8::from(presigned) << 5], &CHANGE, &plain],
        )?;
        let options = options | u8::from(presigned) << 5;
        write("against_aws_sigv4", id, &[&[options, 0], &plain])?;
        let regions = [&b"us-*,eu-west-1"[..], b"us-east-1"][usize::from(options & 1)];
        let length = [regions.len() as u8];
        write(
            "sigv4a",
            id,
            &[&[options], &CHANGE, &length, regions, &plain],
        )?;
    }
    let signed_url = expected["url"]
        .as_str()
        .filter(|_| presigned)
        .unwrap_or(url);
    let signed = message(signed_url, &headers(&expected["headers_added"]));
    write("parse", id, &[&CHANGE, &signed])?;
    let length = (plain.len() as u16).to_be_bytes();
    for scheme in 0..4 {
        let name = format!("{id}-{scheme}");
        let options = scheme | token | (presigned as u8) << 2;
        let parts: [&[u8]; 5] = [&[options], &CHANGE, &length, &plain, &signed];
        write("legacy", &name, &parts)?;
    }
    write("canonical", id, &[&[service], &length, &plain, &signed])
}

fn chunks(case: &Value) -> std::io::Result<()> {
    let input = &case["input"];
    if input["chunking"].is_null() {
        return Ok(());
    }
    let form = match text(&input["options"], "payload") {
        payload if payload.starts_with("STREAMING-UNSIGNED") => 2,
        payload if payload.ends_with("-TRAILER") => 1,
        _ => 0,
    };
    let data = body(input);
    for (i, size) in [7_u16, 64, 1000].into_iter().enumerate() {
        let [s0, s1] = size.to_be_bytes();
        let options = form | (i as u8) << 3;
        let name = format!("{}-{size}", text(case, "id"));
        write("chunks", &name, &[&[options, s0, s1, 20], &CHANGE, &data])?;
        let pieces: &[u8] = &[20, 7];
        write(
            "bodies",
            &name,
            &[&[options & !4, s0, s1], pieces, &CHANGE, &data],
        )?;
    }
    Ok(())
}

fn events(case: &Value) -> std::io::Result<()> {
    let (input, expected) = (&case["input"]["messages"], &case["expected"]["messages"]);
    let inner = input.as_array().into_iter().flatten();
    let inner = inner.map(|message| {
        STANDARD
            .decode(text(message, "inner_base64"))
            .unwrap_or_default()
    });
    let signed = expected.as_array().into_iter().flatten();
    let signed = signed.map(|message| {
        let hex = text(message, "signed_frame_hex").as_bytes();
        let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or_default() as u8;
        hex.chunks_exact(2)
            .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
            .collect()
    });
    let frames: Vec<Vec<u8>> = inner
        .chain(signed)
        .filter(|frame: &Vec<u8>| frame.len() > 12)
        .collect();
    let id = text(case, "id");
    for (i, frame) in frames
        .iter()
        .enumerate()
        .filter(|(_, frame)| frame.len() <= 2 * LONGEST_BODY)
    {
        // The length of the headers, as in the frame.
        let headers = &frame[6..8];
        write(
            "events",
            &format!("{id}-{i}"),
            &[headers, &[20], &CHANGE, frame],
        )?;
        write(
            "events",
            &format!("{id}-{i}-bare"),
            &[headers, &[20], &CHANGE, &frame[12..]],
        )?;
    }
    if frames.iter().map(Vec::len).sum::<usize>() <= 2 * LONGEST_BODY && !frames.is_empty() {
        write(
            "events",
            &format!("{id}-all"),
            &[&[0, 0, 20], &CHANGE, &frames.concat()],
        )?;
    }
    Ok(())
}

fn post_policies(case: &Value) -> std::io::Result<()> {
    let (input, expected) = (&case["input"], &case["expected"]);
    let Some(policy) = input["policy_json"].as_str() else {
        return Ok(());
    };
    let time = text(input, "time");
    // The policy is valid at the time of the targets.
    let policy = policy.replace(time, "20150830T123600Z");
    let policy = policy.replace(&format!("/{}/", &time[..8]), "/20150830/");
    let own = [
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "policy",
        "x-amz-signature",
    ];
    let mut fields = String::new();
    for (name, value) in expected["fields"].as_object().into_iter().flatten() {
        if !own.contains(&name.as_str()) && name != "x-amz-security-token" {
            fields += &format!("{name}={}\n", value.as_str().unwrap_or_default());
        }
    }
    let token = u8::from(input["credentials"]["session_token"].is_string());
    let form = format!("{fields}\n{policy}");
    write(
        "post_policy",
        text(case, "id"),
        &[&[token], &CHANGE, form.as_bytes()],
    )
}

/// In the order of the actions in the target.
fn responses(case: &Value) -> std::io::Result<()> {
    let input = &case["input"];
    let (Some(status), Some(body)) = (input["status"].as_u64(), input["body"].as_str()) else {
        return Ok(());
    };
    let action = ACTIONS
        .iter()
        .position(|known| *known == text(input, "operation"));
    let action = action.unwrap_or(ACTIONS.len() - 1) as u8;
    let status = (status as u16).to_be_bytes();
    write(
        "responses",
        text(case, "id"),
        &[&[action], &status, body.as_bytes()],
    )?;
    // The target `explain` takes a request and a response, too: here that of a refused request.
    let request = b"GET / \nhost:example.com\n\n";
    write(
        "explain",
        &format!("{}-answer", text(case, "id")),
        &[&[0], &CHANGE, request, body.as_bytes()],
    )
}

fn proofs() -> Result<(), Box<dyn std::error::Error>> {
    let host = "sts.us-east-1.amazonaws.com";
    let audience = Some(("x-audience", "own"));
    for (options, temporary) in [(16, false), (24, true)] {
        let credentials = credentials(temporary);
        let url = caller_identity::presigned(&credentials, REGION, host, audience, NOW)?;
        let proof = caller_identity::signed(&credentials, REGION, host, audience, NOW)?;
        let headers = proof.expose_headers();
        let message = Message {
            method: "POST",
            path: "/",
            query: "",
            headers: headers
                .map(|(name, value)| (name, value.as_bytes()))
                .collect(),
            body: proof.body().as_bytes(),
        };
        let in_query = Message {
            query: proof.body(),
            body: b"",
            ..message.clone()
        };
        for (kind, text) in [
            (0, b"login.example.com".to_vec()),
            (1, b"login.example.com".to_vec()),
            (2, url.expose().as_bytes().to_vec()),
            (3, message.write()),
            (3, in_query.write()),
        ] {
            let name = format!("{kind}-{options}-{}", text.len());
            write("proofs", &name, &[&[options | kind], &CHANGE, &text])?;
        }
    }
    Ok(())
}

fn tokens() -> Result<(), Box<dyn std::error::Error>> {
    let host = "orders.ab12cd34ef56.us-east-1.rds.amazonaws.com:5432";
    let repository = "https://git-codecommit.us-east-1.amazonaws.com/v1/repos/one";
    for kind in 0..16 {
        let lines = match kind {
            0 | 1 => format!("us-east-1\n{host}\na user"),
            2 | 3 => "us-east-1\nab12.dsql.us-east-1.on.aws".to_owned(),
            4..=6 => "us-east-1\nMy-cache\na user".to_owned(),
            7..=11 => "us-east-1\n\nmy-cluster\nmy agent/1".to_owned(),
            15 => format!("us-east-1\n\n{repository}\n{repository}2"),
            _ => "us-east-1\na1-ats.iot.us-east-1.amazonaws.com:443".to_owned(),
        };
        for temporary in [0, 128] {
            let name = format!("{kind}-{temporary}");
            write(
                "tokens",
                &name,
                &[&[kind | temporary], &CHANGE, lines.as_bytes()],
            )?;
        }
    }
    Ok(())
}

/// In the order of the parsers in the target.
fn sources(case: &Value) -> std::io::Result<()> {
    let (id, input) = (text(case, "id"), &case["input"]);
    let seed = |reader: u8, name: &str, parts: &[&[u8]]| {
        let parts = [&[reader][..], &parts.concat()];
        write("sources", &format!("{id}-{reader}-{name}"), &parts)
    };
    let files = input["files"].as_object();
    let files = files.into_iter().flatten();
    let files: Vec<_> = files
        .filter_map(|(path, file)| Some((path.as_str(), file.as_str()?)))
        .chain(["config", "credentials"].map(|name| (name, text(input, name))))
        .filter(|(_, file)| !file.is_empty())
        .collect();
    for (path, file) in &files {
        let name = path.rsplit('/').next().unwrap_or_default();
        match path {
            _ if path.contains("/sso/") => seed(1, name, &[file.as_bytes()])?,
            _ if path.contains("/login/") => seed(2, name, &[file.as_bytes()])?,
            _ if path.ends_with("config") || path.ends_with("credentials") => {
                seed(0, name, &[file.as_bytes()])?;
                // The keys of a profile as values that a tool would write.
                let values = file.split('\n').map(|line| format!("\u{1}{line}"));
                seed(
                    11,
                    name,
                    &[values.collect::<Vec<_>>().join("\0").as_bytes()],
                )?;
            }
            _ => {}
        }
    }
    if input["stdout"].is_string() {
        seed(3, "stdout", &[text(input, "stdout").as_bytes()])?;
        seed(4, "command", &[text(input, "command").as_bytes()])?;
    }
    let topic = id.rsplit_once('-').map_or(id, |(topic, _)| topic);
    let answers = input["answers"].as_array().into_iter().flatten();
    let answers = answers.chain(Some(&input["answer"]).filter(|answer| answer.is_object()));
    let of_topic = Some(input).filter(|_| topic == "roles-anywhere" && input["body"].is_string());
    let answers: Vec<_> = answers.chain(of_topic).collect();
    for (i, answer) in answers.iter().enumerate() {
        let (name, body) = (i.to_string(), text(answer, "body").as_bytes());
        match topic {
            "container" => seed(5, &name, &[body])?,
            "sso" | "cognito" => seed(6, &name, &[body])?,
            "imds" => {
                seed(5, &name, &[body])?;
                seed(7, &name, &[body])?;
            }
            "iot-credentials" | "roles-anywhere" => seed(9, &name, &[body])?,
            _ => {}
        }
    }
    let certificate = text(input, "certificate_der_base64");
    if let Ok(der) = STANDARD.decode(certificate) {
        if !der.is_empty() {
            let pem =
                format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n");
            seed(10, "der", &[&der])?;
            seed(10, "pem", &[pem.as_bytes()])?;
        }
    }
    if files.is_empty() && answers.is_empty() {
        return Ok(());
    }
    // For a chain: the variables that are set, the two files, and then the result of each want.
    let variables = [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_PROFILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    ];
    let mut set = 0_u8;
    for (bit, name) in variables.into_iter().enumerate() {
        set |= u8::from(!text(&input["env"], name).is_empty()) << bit;
    }
    let mut pieces = Vec::new();
    for name in ["config", "credentials"] {
        let found = files.iter().find(|(path, _)| path.ends_with(name));
        pieces.push(match found {
            Some((_, file)) => format!("\u{3}{file}"),
            None => "\u{1}".to_owned(),
        });
    }
    let others = files.iter();
    let others =
        others.filter(|(path, _)| !path.ends_with("config") && !path.ends_with("credentials"));
    pieces.extend(others.map(|(_, file)| format!("\u{3}{file}")));
    if input["stdout"].is_string() {
        pieces.push(format!("\u{3}{}", text(input, "stdout")));
    }
    pieces.extend(answers.iter().map(|answer| {
        let how = if answer["status"] == 200 { 3 } else { 2 };
        format!("{}{}", char::from(how), text(answer, "body"))
    }));
    seed(8, "chain", &[&[set], pieces.join("\0").as_bytes()])
}
