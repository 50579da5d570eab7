//! In place of `checksums`, without that feature.

/// No checksums at all.
#[derive(Clone)]
pub(super) struct Checksums;

impl Checksums {
    pub(super) fn of<'a>(_: impl IntoIterator<Item = &'a str>) -> Self {
        Self
    }

    pub(super) fn update(&mut self, _: &[u8]) {}

    pub(super) fn clear(&mut self) {}

    pub(super) fn value(&self, _: &str) -> Option<String> {
        None
    }
}
