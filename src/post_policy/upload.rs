//! The upload that a form describes.

/// What the server knows about an upload besides its form fields.
///
/// [`SignedPost`](super::SignedPost) has an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Upload<'a> {
    /// The bucket that the form was sent to.
    pub bucket: &'a str,
    /// The file's name as the browser sent it, for `${filename}` in form fields.
    ///
    /// Only the part after the last `/` or `\` counts.
    pub file_name: &'a str,
    /// The length of the file, in bytes. Check it again after reading if it is not known yet.
    pub file_length: u64,
}
