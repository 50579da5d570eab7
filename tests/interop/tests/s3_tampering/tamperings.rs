//! All changes of a signed request that must be refused.

use bytes::Bytes;
use countersign::PayloadHash;
use countersign_interop::signed::Form;
use http::Request;

use crate::change::*;
use crate::{OTHER_ACCESS_KEY_ID, OTHER_TOKEN};

/// A change of a signed request.
type Change = fn(&mut Request<Bytes>);

/// Changes that must get the same error.
pub(crate) struct Tamperings {
    pub(crate) of: Target,
    /// AWS's error code.
    pub(crate) code: &'static str,
    pub(crate) changes: &'static [(&'static str, Change)],
}

/// The requests that they apply to.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AnyForm,
    Header,
    HeaderWithPayloadHash,
    Presigned,
    HeaderWithToken,
    PresignedWithToken,
    WithoutToken,
}

impl Target {
    pub(crate) fn is(self, form: Form, temporary: bool) -> bool {
        let presigned = form == Form::Presigned;
        match self {
            Self::AnyForm => true,
            Self::Header => !presigned,
            Self::HeaderWithPayloadHash => form == Form::Header,
            Self::Presigned => presigned,
            Self::HeaderWithToken => temporary && !presigned,
            Self::PresignedWithToken => temporary && presigned,
            Self::WithoutToken => !temporary,
        }
    }
}

pub(crate) const MISMATCH: &str = "SignatureDoesNotMatch";

pub(crate) const ALL: &[Tamperings] = &[
    Tamperings {
        of: Target::AnyForm,
        code: MISMATCH,
        changes: &[
            ("method: DELETE for PUT", |r| set_method(r, "DELETE")),
            ("method: GET for PUT", |r| set_method(r, "GET")),
            ("method: POST for PUT", |r| set_method(r, "POST")),
            ("path: another key", |r| in_url(r, "c%20d", "c%20e")),
            ("path: another bucket", |r| {
                in_url(r, "/bucket/", "/bucket2/")
            }),
            ("path: a slash more", |r| in_url(r, "c%20d", "c%20d/")),
            ("path: slashes collapsed", |r| in_url(r, "b//c", "b/c")),
            ("path: dot segments resolved", |r| in_url(r, "a/../b", "b")),
            ("path: encoded again", |r| in_url(r, "c%20d", "c%2520d")),
            ("path: plus for space", |r| in_url(r, "c%20d", "c+d")),
            ("path: another case", |r| in_url(r, "c%20d", "C%20d")),
            ("query: another value", |r| {
                in_url(r, "x-id=PutObject", "x-id=GetObject")
            }),
            ("query: another name", |r| in_url(r, "x-id=", "X-id=")),
            ("query: a parameter less", |r| {
                in_url(r, "x-id=PutObject", "")
            }),
            ("query: a parameter more", |r| {
                in_url(r, "x-id=", "acl&x-id=")
            }),
            ("query: a parameter twice", |r| {
                in_url(r, "x-id=", "x-id=PutObject&x-id=")
            }),
            ("signed header: another value", |r| {
                set(r, "x-amz-meta-note", "theirs")
            }),
            ("signed header: another case", |r| {
                set(r, "x-amz-meta-note", "OURS")
            }),
            ("signed header: a value more", |r| {
                append(r, "x-amz-meta-note", "theirs")
            }),
            ("signed header: removed", |r| remove(r, "x-amz-meta-note")),
            ("signed header: another content type", |r| {
                set(r, "content-type", "text/html")
            }),
            ("signed header: emptied", |r| set(r, "content-type", "")),
            ("signed header: another host", |r| {
                set(r, "host", "example.com")
            }),
        ],
    },
    Tamperings {
        of: Target::AnyForm,
        code: "AccessDenied",
        changes: &[
            ("unsigned header: an ACL", |r| {
                set(r, "x-amz-acl", "public-read")
            }),
            ("unsigned header: a copy source", |r| {
                set(r, "x-amz-copy-source", "/bucket/k")
            }),
        ],
    },
    Tamperings {
        of: Target::Header,
        code: MISMATCH,
        changes: &[
            ("date: another second", |r| {
                in_header(r, "x-amz-date", |date| later(date, 1))
            }),
            ("date: another day", |r| {
                in_header(r, "x-amz-date", |date| later(date, 86_400))
            }),
            ("scope: another date", |r| {
                in_credential(r, DATE, "20150830")
            }),
            ("scope: another region", |r| {
                in_credential(r, REGION, "us-west-2")
            }),
            ("scope: another service", |r| {
                in_credential(r, SERVICE, "sts")
            }),
            ("access key ID: another's", |r| {
                in_credential(r, ACCESS_KEY_ID, OTHER_ACCESS_KEY_ID)
            }),
            ("signature: a digit", |r| {
                in_field(r, "Signature=", with_another_digit)
            }),
            ("signature: cut", |r| {
                in_field(r, "Signature=", |s| s[..63].to_owned())
            }),
            ("signature: longer", |r| {
                in_field(r, "Signature=", |s| format!("{s}0"))
            }),
            ("signature: zeros", |r| {
                in_field(r, "Signature=", |_| "0".repeat(64))
            }),
            ("signature: empty", |r| {
                in_field(r, "Signature=", |_| String::new())
            }),
            ("signed headers: one less", |r| {
                in_field(r, "SignedHeaders=", without_content_type)
            }),
            ("signed headers: one more", |r| {
                set(r, "x-b", "theirs");
                in_field(r, "SignedHeaders=", |names| format!("{names};x-b"));
            }),
            ("signed headers: one more that is not there", |r| {
                in_field(r, "SignedHeaders=", |names| format!("{names};x-zzz"));
            }),
            ("payload hash: another", |r| {
                set(r, "x-amz-content-sha256", &"0".repeat(64))
            }),
        ],
    },
    Tamperings {
        of: Target::Header,
        code: "InvalidRequest",
        changes: &[
            ("date: removed", |r| remove(r, "x-amz-date")),
            ("scope: another terminator", |r| {
                in_credential(r, TERMINATOR, "aws5_request")
            }),
            ("payload hash: removed", |r| {
                remove(r, "x-amz-content-sha256")
            }),
            ("both forms at once", |r| {
                in_url(r, "x-id=", "X-Amz-Signature=0&x-id=")
            }),
        ],
    },
    Tamperings {
        of: Target::Header,
        code: "NotImplemented",
        changes: &[("scope: an unknown service", |r| {
            in_credential(r, SERVICE, "iam")
        })],
    },
    Tamperings {
        of: Target::Header,
        code: "InvalidAccessKeyId",
        changes: &[("access key ID: unknown", |r| {
            in_credential(r, ACCESS_KEY_ID, "AKIAUNKNOWN")
        })],
    },
    Tamperings {
        of: Target::Header,
        code: "AccessDenied",
        changes: &[("signature: removed", |r| remove(r, "authorization"))],
    },
    Tamperings {
        of: Target::Header,
        code: "InvalidArgument",
        changes: &[("algorithm: another name", |r| {
            in_header(r, "authorization", |text| {
                text.replacen("SHA256", "SHA512", 1)
            });
        })],
    },
    Tamperings {
        of: Target::HeaderWithPayloadHash,
        code: "XAmzContentSHA256Mismatch",
        changes: &[
            ("body: a byte changed", |r| set_body(r, "What was signed")),
            ("body: a byte less", |r| set_body(r, "what was signe")),
            ("body: a byte more", |r| set_body(r, "what was signed!")),
            ("body: removed", |r| set_body(r, "")),
        ],
    },
    Tamperings {
        of: Target::HeaderWithPayloadHash,
        code: MISMATCH,
        changes: &[
            ("body: changed, with its hash", |r| {
                set_body(r, "theirs");
                let hash = PayloadHash::new("theirs").to_string();
                set(r, "x-amz-content-sha256", hash.as_str());
            }),
            ("body: changed, as unsigned", |r| {
                set_body(r, "theirs");
                set(r, "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
            }),
        ],
    },
    Tamperings {
        of: Target::Presigned,
        code: MISMATCH,
        changes: &[
            ("date: another second", |r| {
                in_query(r, "X-Amz-Date", |date| later(date, 1))
            }),
            ("date: another day", |r| {
                in_query(r, "X-Amz-Date", |date| later(date, 86_400))
            }),
            ("lifetime: longer", |r| {
                in_query(r, "X-Amz-Expires", |_| "604800".into())
            }),
            ("lifetime: shorter", |r| {
                in_query(r, "X-Amz-Expires", |_| "899".into())
            }),
            ("scope: another date", |r| {
                in_credential_parameter(r, DATE, "20150830")
            }),
            ("scope: another region", |r| {
                in_credential_parameter(r, REGION, "us-west-2")
            }),
            ("scope: another service", |r| {
                in_credential_parameter(r, SERVICE, "sts")
            }),
            ("access key ID: another's", |r| {
                in_credential_parameter(r, ACCESS_KEY_ID, OTHER_ACCESS_KEY_ID);
            }),
            ("signature: a digit", |r| {
                in_query(r, "X-Amz-Signature", with_another_digit)
            }),
            ("signature: zeros", |r| {
                in_query(r, "X-Amz-Signature", |_| "0".repeat(64))
            }),
            ("signed headers: one less", |r| {
                in_query(r, "X-Amz-SignedHeaders", without_content_type);
            }),
            ("signed headers: one more", |r| {
                in_query(r, "X-Amz-SignedHeaders", |names| format!("{names};x-zzz"));
            }),
        ],
    },
    Tamperings {
        of: Target::Presigned,
        code: "InvalidRequest",
        changes: &[
            ("date: removed", |r| without_parameter(r, "X-Amz-Date")),
            ("lifetime: removed", |r| {
                without_parameter(r, "X-Amz-Expires")
            }),
            ("scope: another terminator", |r| {
                in_credential_parameter(r, TERMINATOR, "aws5_request");
            }),
            ("signature: cut", |r| {
                in_query(r, "X-Amz-Signature", |s| s[..63].to_owned())
            }),
        ],
    },
    Tamperings {
        of: Target::Presigned,
        code: "NotImplemented",
        changes: &[
            ("scope: an unknown service", |r| {
                in_credential_parameter(r, SERVICE, "iam")
            }),
            ("algorithm: another name", |r| {
                in_query(r, "X-Amz-Algorithm", |name| name.replace("256", "512"));
            }),
        ],
    },
    Tamperings {
        of: Target::Presigned,
        code: "InvalidAccessKeyId",
        changes: &[("access key ID: unknown", |r| {
            in_credential_parameter(r, ACCESS_KEY_ID, "AKIAUNKNOWN");
        })],
    },
    Tamperings {
        of: Target::Presigned,
        code: "AccessDenied",
        changes: &[("signature: removed", |r| {
            without_parameter(r, "X-Amz-Signature")
        })],
    },
    Tamperings {
        of: Target::Presigned,
        code: "InvalidArgument",
        changes: &[("both forms at once", |r| {
            set(r, "authorization", "AWS4-HMAC-SHA256 x")
        })],
    },
    Tamperings {
        of: Target::HeaderWithToken,
        code: MISMATCH,
        changes: &[
            ("token: another", |r| {
                set(r, "x-amz-security-token", "theirs")
            }),
            ("token: another's", |r| {
                set(r, "x-amz-security-token", OTHER_TOKEN)
            }),
            ("token: twice", |r| {
                append(r, "x-amz-security-token", OTHER_TOKEN)
            }),
            ("token: removed", |r| remove(r, "x-amz-security-token")),
        ],
    },
    Tamperings {
        of: Target::PresignedWithToken,
        code: MISMATCH,
        changes: &[
            ("token: another", |r| {
                in_query(r, "X-Amz-Security-Token", |_| "theirs".into())
            }),
            ("token: another's", |r| {
                in_query(r, "X-Amz-Security-Token", |_| OTHER_TOKEN.into())
            }),
            ("token: removed", |r| {
                without_parameter(r, "X-Amz-Security-Token")
            }),
        ],
    },
    Tamperings {
        of: Target::PresignedWithToken,
        code: "AccessDenied",
        changes: &[("token: in a header too", |r| {
            set(r, "x-amz-security-token", OTHER_TOKEN)
        })],
    },
    Tamperings {
        of: Target::WithoutToken,
        code: "AccessDenied",
        changes: &[("token: added", |r| {
            set(r, "x-amz-security-token", OTHER_TOKEN)
        })],
    },
];
