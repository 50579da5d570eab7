//! Region sets of Signature Version 4A.

use crate::error::Error;
use crate::error::scope::ScopeProblem;
use crate::sigv4::scope::check_region;

/// Checks a region set: regions, or patterns of regions with `*`, joined with `,`.
pub(crate) fn check(region_set: &str) -> Result<(), Error> {
    let wrong = |problem| {
        Err(Error::InvalidRegionSet {
            region_set: region_set.to_owned(),
            problem,
        })
    };
    if region_set.is_empty() {
        return wrong(ScopeProblem::EmptySet);
    }
    for region in region_set.split(',') {
        if region.is_empty() {
            return wrong(ScopeProblem::EmptyRegion);
        }
        if region.contains([' ', '\t']) {
            return wrong(ScopeProblem::Whitespace);
        }
        check_region(region)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_set_is_a_list_of_patterns_without_spaces() {
        for sound in ["*", "us-east-1", "us-east-1,eu-west-1", "us-*,eu-west-?"] {
            assert_eq!(check(sound), Ok(()), "{sound}");
        }
        for wrong in ["", ",", "us-east-1,", ",a", "a,,b", "a, b", " a", "a\tb"] {
            assert!(
                matches!(check(wrong), Err(Error::InvalidRegionSet { .. })),
                "{wrong:?}"
            );
        }
        for wrong in ["a/b", "é", "a\n"] {
            let wrong = format!("us-east-1,{wrong}");
            assert!(
                matches!(check(&wrong), Err(Error::InvalidRegion { .. })),
                "{wrong:?}"
            );
        }
    }
}
