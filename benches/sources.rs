//! Shared files of many profiles: `cargo bench --bench sources`.

use std::hint::black_box;

use countersign::sources::{ProfileFiles, ProfileSource, SelectedProfile};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// A config and a credentials file of this many profiles, as tools for many accounts write them.
fn files(profiles: usize) -> (String, String) {
    let (mut config, mut credentials) = (String::new(), String::new());
    for i in 0..profiles {
        config += &format!(
            "[profile account-{i:04}]\nregion = eu-west-1\nsource_profile = base\n\
             role_arn = arn:aws:iam::{i:012}:role/Admin # written by a tool\n\n"
        );
    }
    credentials += "[base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n";
    (config, credentials)
}

fn read(c: &mut Criterion) {
    let mut group = c.benchmark_group("sources");
    for profiles in [100, 1_000, 4_000] {
        let (config, credentials) = files(profiles);
        group.throughput(Throughput::Bytes(config.len() as u64));
        group.bench_function(format!("read {profiles} profiles"), |b| {
            b.iter(|| ProfileFiles::parse(black_box(&config), &credentials).unwrap());
        });
    }
    let (config, credentials) = files(1_000);
    let files = ProfileFiles::parse(&config, &credentials).unwrap();
    let selected = SelectedProfile::named("account-0500");
    group.bench_function("resolve one of 1000 profiles", |b| {
        b.iter(|| ProfileSource::resolve(black_box(&files), &selected).unwrap());
    });
    group.finish();
}

criterion_group!(benches, read);
criterion_main!(benches);
