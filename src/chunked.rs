//! S3 uploads in `aws-chunked` form: signed chunks and trailers.
