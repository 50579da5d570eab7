//! Amazon Resource Names (ARNs).

use crate::error::address::{AddressError, ArnProblem};

/// `arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE`; region and account may be empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arn<'a> {
    pub(crate) text: &'a str,
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    resource: &'a str,
}

impl<'a> Arn<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, AddressError> {
        Self::read(text).ok_or_else(|| AddressError::InvalidArn {
            arn: text.to_owned(),
            problem: ArnProblem::Malformed,
        })
    }

    fn read(text: &'a str) -> Option<Self> {
        let mut parts = text.splitn(6, ':');
        let mut next = || parts.next();
        let (arn, partition, service) = (next()?, next()?, next()?);
        let (region, account, resource) = (next()?, next()?, next()?);
        let complete = arn == "arn"
            && ![partition, service, resource]
                .iter()
                .any(|part| part.is_empty());
        complete.then_some(Self {
            text,
            partition,
            service,
            region,
            account,
            resource,
        })
    }

    /// The parts of the resource, separated by `/` or `:`.
    pub(crate) fn resource(self) -> impl Iterator<Item = &'a str> {
        self.resource.split(['/', ':'])
    }

    pub(crate) fn invalid(self, problem: ArnProblem) -> AddressError {
        AddressError::InvalidArn {
            arn: self.text.to_owned(),
            problem,
        }
    }
}
