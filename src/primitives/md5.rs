//! MD5, for checksums. RustCrypto calculates it: the crate aws-lc-rs has none.

use md5::Digest as _;

#[derive(Clone, Default)]
pub(crate) struct Md5(md5::Md5);

impl Md5 {
    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    pub(crate) fn finish(self) -> [u8; 16] {
        self.0.finalize().into()
    }
}
