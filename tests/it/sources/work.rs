//! The work is linear in the input.

use countersign::sources::{
    ProcessCommand, ProcessOutput, ProfileFiles, ProfileSource, SelectedProfile,
};

fn allocations(work: impl FnOnce()) -> (u64, u64) {
    let info = allocation_counter::measure(work);
    (info.count_total, info.bytes_total)
}

/// Asserts that `n` times the input takes at most `n` times the work, with a tolerance of a tenth.
fn is_linear(work: impl Fn(usize)) {
    let (count, bytes) = allocations(|| work(1_000));
    let (more_count, more_bytes) = allocations(|| work(8_000));
    assert!(
        more_count <= count * 88 / 10,
        "{count} allocations became {more_count}"
    );
    assert!(
        more_bytes <= bytes * 100 / 10,
        "{bytes} bytes became {more_bytes}"
    );
}

#[test]
fn reading_profiles_is_linear() {
    is_linear(|profiles| {
        let mut config = String::with_capacity(profiles * 120);
        for i in 0..profiles {
            config += &format!(
                "[profile p{i}]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/r{i}\n"
            );
            config += "source_profile = base\n";
        }
        let files = ProfileFiles::parse(&config, "").unwrap();
        assert_eq!(files.profiles().count(), profiles);
    });
}

#[test]
fn one_section_of_many_properties_is_linear() {
    is_linear(|properties| {
        let config = format!("[default]\n{}", "k = v\n".repeat(properties));
        let files = ProfileFiles::parse(&config, "").unwrap();
        assert_eq!(files.profile("default").unwrap().get("k"), Some("v"));
    });
}

#[test]
fn one_value_of_many_lines_is_linear() {
    is_linear(|lines| {
        let config = format!("[default]\ns3 =\n{}", " a = b\n".repeat(lines));
        let files = ProfileFiles::parse(&config, "").unwrap();
        assert_eq!(
            files.profile("default").unwrap().nested("s3").count(),
            lines
        );
    });
}

#[test]
fn the_same_section_again_and_again_is_linear() {
    is_linear(|sections| {
        let config = "[default]\nk = v\n".repeat(sections);
        ProfileFiles::parse(&config, "").unwrap();
    });
}

#[test]
fn words_of_a_command_are_linear() {
    is_linear(|words| {
        ProcessCommand::parse(&"w ".repeat(words)).unwrap();
    });
}

#[test]
fn a_long_chain_of_profiles_ends_at_the_bound() {
    let mut config = String::new();
    for i in 0..10_000 {
        config += &format!(
            "[profile p{i}]\nrole_arn = r\nsource_profile = p{}\n",
            i + 1
        );
    }
    let files = ProfileFiles::parse(&config, "").unwrap();
    let selected = SelectedProfile::named("p0");
    let (count, _) = allocations(|| drop(ProfileSource::resolve(&files, &selected).unwrap_err()));
    assert!(count < 200, "{count} allocations");
}

#[test]
fn deep_json_is_refused_before_it_is_parsed() {
    let deep = "[".repeat(200_000);
    let output = ProcessOutput {
        exit_code: Some(0),
        stdout: deep.as_bytes(),
        stderr: b"",
    };
    let (count, _) = allocations(|| drop(output.read(None).unwrap_err()));
    assert!(count < 4, "{count} allocations");
}
