//! Checks of the source code: no type that prints its fields contains plain secrets.

use std::path::Path;

/// Fields of `Error` are numbers, times, static text, or one of these names, which are not secret.
/// No variant can contain a secret.
#[test]
fn no_error_has_room_for_a_secret() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let groups = std::fs::read_dir(src.join("error")).unwrap();
    let mut files: Vec<_> = groups.map(|file| file.unwrap().path()).collect();
    files.push(src.join("error.rs"));
    let sources = files
        .iter()
        .map(|file| std::fs::read_to_string(file).unwrap());
    let sources: Vec<String> = sources.collect();
    let bodies = sources.iter().flat_map(|source| {
        let enums = source.split("pub enum ").skip(1);
        enums.map(|body| body.split_once("\n}").unwrap().0)
    });
    let (mut variants, mut fields) = (0, 0);
    let mut in_attribute = false;
    for line in bodies.flat_map(|body| body.lines().skip(1)).map(str::trim) {
        in_attribute |= line.starts_with("#[");
        if in_attribute {
            in_attribute = !line.ends_with(']');
            continue;
        }
        if line.is_empty() || line.starts_with("//") || line.starts_with('}') {
            continue;
        }
        let line = line.trim_end_matches(',');
        if let Some((name, kind)) = line.split_once(": ") {
            fields += 1;
            let told = [
                "region",
                "text",
                "region_set",
                "service",
                "scope",
                "method",
                "name",
                "parameter",
                "field",
                // Parts of a URI or a header, without user information.
                "scheme",
                "host",
                "hosts",
                // Parts of an address. Of an endpoint, the part after the `@`.
                "endpoint",
                "bucket",
                "arn",
                "value",
                "client",
                "given",
            ];
            // The variants of types named `…Problem` have no fields, or static names.
            let harmless = [
                "&'static str",
                "AddressPart",
                "HostLabel",
                "Timestamp",
                "Duration",
                "u64",
                "usize",
                "u32",
                "u16",
                "u8",
            ];
            assert!(
                harmless.contains(&kind)
                    || kind.ends_with("Problem")
                    || (kind == "String" && told.contains(&name)),
                "may `{name}: {kind}` hold a secret?"
            );
        } else if let Some((_, kind)) = line.split_once('(') {
            variants += 1;
            // The errors of a feature are in a separate file, which is checked, too.
            let group = kind.starts_with("#[from] ");
            assert!(group || kind.ends_with("Problem)"), "{line}");
        } else {
            variants += 1;
        }
    }
    assert!(
        variants >= 20 && fields >= 15,
        "{variants} variants, {fields} fields"
    );
}

/// A derived `Debug` prints every field. None of them is plain text with the name of a secret:
/// secrets have types of their own, which print `[elided]`.
#[test]
fn no_derived_debug_prints_plain_secrets() {
    let telling = [
        "secret",
        "token",
        "signature",
        "password",
        "assertion",
        "authorization",
    ];
    let plain = ["str", "String", "u8", "HeaderValue", "HeaderMap"];
    // A name in a response, not a secret.
    let told = ["subject_from_web_identity_token"];
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let (mut types, mut wrong) = (0, Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            let source = source.split("#[cfg(test)]\nmod tests").next().unwrap();
            for derived in source.split("#[derive(").skip(1) {
                let (traits, rest) = derived.split_once(")]").unwrap();
                if !traits.split(", ").any(|name| name == "Debug") {
                    continue;
                }
                types += 1;
                // The type ends in a brace or a semicolon.
                let end = [rest.find("\n}"), rest.find(";\n")];
                let end = end.into_iter().flatten().min().unwrap_or(rest.len());
                for line in rest[..end].lines().map(str::trim) {
                    let Some((name, kind)) = line.split_once(": ") else {
                        continue;
                    };
                    let name = name.rsplit(' ').next().unwrap();
                    let words: Vec<&str> = kind.split(|c: char| !c.is_alphanumeric()).collect();
                    if !line.starts_with("//")
                        && telling.iter().any(|word| name.contains(word))
                        && plain.iter().any(|word| words.contains(word))
                        && !kind.contains("'static str")
                        && !told.contains(&name)
                    {
                        wrong.push(format!("{}: {name}: {kind}", path.display()));
                    }
                }
            }
        }
    }
    assert!(types > 30, "only {types} types were found");
    assert!(wrong.is_empty(), "{wrong:#?}");
}
