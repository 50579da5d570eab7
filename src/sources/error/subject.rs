//! What errors name: endpoints, contents, tokens and commands.

use std::fmt;

use super::ProfileFile;

/// An endpoint that credential sources send requests to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum CredentialEndpoint {
    /// AWS STS.
    Sts,
    /// The OIDC service of IAM Identity Center, which refreshes tokens.
    SsoOidc,
    /// The portal of IAM Identity Center, which issues credentials of roles.
    SsoPortal,
    /// AWS sign-in, which refreshes the sessions of `aws login`.
    Login,
    /// Amazon Cognito identities.
    Cognito,
    /// The AWS IoT credentials provider.
    Iot,
    /// IAM Roles Anywhere.
    RolesAnywhere,
    /// The endpoint of a container.
    Container,
    /// The instance metadata service of EC2.
    InstanceMetadata,
}

impl fmt::Display for CredentialEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sts => "STS",
            Self::SsoOidc => "IAM Identity Center (OIDC)",
            Self::SsoPortal => "IAM Identity Center",
            Self::Login => "AWS sign-in",
            Self::Cognito => "Amazon Cognito",
            Self::Iot => "AWS IoT credentials provider",
            Self::RolesAnywhere => "IAM Roles Anywhere",
            Self::Container => "container endpoint",
            Self::InstanceMetadata => "instance metadata",
        })
    }
}

/// What a source reads or sends: a file, a response, an output, a token.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Content {
    /// A shared file.
    ProfileFile(ProfileFile),
    /// The command line of a `credential_process`.
    ProcessCommand,
    /// The output of a `credential_process`.
    ProcessOutput,
    /// The cache file of `aws sso login`.
    SsoCache,
    /// The cache file of `aws login`.
    LoginCache,
    /// A certificate in DER.
    Certificate,
    /// A text with certificates in PEM.
    CertificateFile,
    /// The response of an endpoint.
    Response(CredentialEndpoint),
    /// A token.
    Token(TokenKind),
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ProfileFile(file) => return write!(f, "{file} file"),
            Self::ProcessCommand => "credential_process command line",
            Self::ProcessOutput => "credential_process output",
            Self::SsoCache => "SSO token cache",
            Self::LoginCache => "login cache",
            Self::Certificate => "certificate",
            Self::CertificateFile => "certificate file",
            Self::Response(endpoint) => return write!(f, "{endpoint} response"),
            Self::Token(token) => return token.fmt(f),
        })
    }
}

/// A token that a source sends.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum TokenKind {
    /// The token of a web identity.
    WebIdentity,
    /// The authorization token of a container.
    Container,
    /// The session token of instance metadata.
    InstanceMetadata,
    /// The access token of IAM Identity Center.
    Sso,
    /// The proof of possession of `aws login`.
    Dpop,
}

impl fmt::Display for TokenKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WebIdentity => "web identity token",
            Self::Container => "authorization token of the container",
            Self::InstanceMetadata => "session token of instance metadata",
            Self::Sso => "SSO access token",
            Self::Dpop => "DPoP proof",
        })
    }
}

/// A command of the AWS CLI that logs a user in. `Display` writes the command.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum LoginCommand {
    /// `aws sso login`: IAM Identity Center.
    AwsSsoLogin,
    /// `aws login`: the session of the console.
    AwsLogin,
}

impl fmt::Display for LoginCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AwsSsoLogin => "aws sso login",
            Self::AwsLogin => "aws login",
        })
    }
}
