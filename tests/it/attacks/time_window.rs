use countersign::sigv4::AmzDate;
use time::Duration as Span;

use super::*;

fn at(message: &Message, service: &'static str, offset: Span) -> Result<(), VerifyError> {
    verify_as(service, message, &long_term(), NOW + offset)
}

#[test]
fn the_window_of_a_header_ends_to_the_second() {
    for service in ["s3", "sqs"] {
        let message = signed(request("GET", "/"), service);
        for seconds in [-900, -1, 0, 1, 900] {
            assert_eq!(
                at(&message, service, Span::seconds(seconds)),
                Ok(()),
                "{seconds}"
            );
        }
        let late = at(&message, service, Span::seconds(901)).unwrap_err();
        let end = (NOW + Span::minutes(15)).into();
        assert!(
            matches!(late, VerifyError::Expired { expired_at, .. } if expired_at == end),
            "{late}"
        );
        let early = at(&message, service, Span::seconds(-901)).unwrap_err();
        let start = (NOW - Span::minutes(15)).into();
        assert!(
            matches!(early, VerifyError::NotYetCurrent { valid_from, .. } if valid_from == start),
            "{early}"
        );
        // A date has whole seconds. The fraction that the client dropped does not extend the
        // window.
        assert!(at(&message, service, Span::milliseconds(900_001)).is_err());
        assert!(at(&message, service, Span::milliseconds(-900_001)).is_err());
        for years in [-30, 30] {
            assert!(at(&message, service, Span::days(365 * years)).is_err());
        }
    }
}

#[test]
fn the_window_of_a_presigned_url_ends_to_the_second() {
    for service in ["s3", "sqs"] {
        let message = presigned(&request("GET", "/"), service);
        for seconds in [-900, 0, 3600] {
            assert_eq!(
                at(&message, service, Span::seconds(seconds)),
                Ok(()),
                "{seconds}"
            );
        }
        let late = at(&message, service, Span::seconds(3601)).unwrap_err();
        assert!(matches!(late, VerifyError::Expired { .. }), "{late}");
        let early = at(&message, service, Span::seconds(-901)).unwrap_err();
        assert!(
            matches!(early, VerifyError::NotYetCurrent { .. }),
            "{early}"
        );
    }
}

#[test]
fn a_server_can_set_its_window() {
    let verifier = Verifier::new("us-east-1", "sqs")
        .unwrap()
        .with_clock_window(Duration::from_secs(300));
    let message = signed(request("GET", "/"), "sqs");
    let at = |seconds| {
        verify_with(
            &verifier,
            &message,
            &long_term(),
            NOW + Span::seconds(seconds),
        )
    };
    assert_eq!([at(300), at(-300)], [Ok(()), Ok(())]);
    assert!(at(301).is_err() && at(-301).is_err());
}

#[test]
fn the_error_contains_both_times() {
    let message = signed(request("GET", "/"), "sqs");
    let now = NOW + Span::hours(2);
    let error = verify_as("sqs", &message, &long_term(), now).unwrap_err();
    let VerifyError::Expired {
        signed_at,
        expired_at,
        now: told,
        ..
    } = error.clone()
    else {
        panic!("{error}");
    };
    assert_eq!(
        (signed_at, expired_at, told),
        (NOW.into(), (NOW + Span::minutes(15)).into(), now.into())
    );
    let text = error.to_string();
    assert!(
        text.contains("2026-05-22T10:11:12Z") && text.contains("2026-05-22T12:11:12Z"),
        "{text}"
    );
}

#[test]
fn a_zero_too_long_or_malformed_lifetime_is_refused() {
    let good = presigned(&request("GET", "/"), "s3");
    // S3 responds to a lifetime of zero that the URL has expired, from the start.
    let zero = with_query(good.clone(), |query| {
        query.replace("X-Amz-Expires=3600", "X-Amz-Expires=0")
    });
    for now in [-Span::minutes(15), -Span::SECOND, Span::ZERO, Span::SECOND] {
        assert!(
            matches!(at(&zero, "s3", now), Err(VerifyError::Expired { expired_at, .. }) if expired_at == NOW.into()),
            "{now}"
        );
    }
    for (seconds, told) in [("604801", 604_801), ("99999999999", 99_999_999_999)] {
        let url = with_query(good.clone(), |query| {
            query.replace("X-Amz-Expires=3600", &format!("X-Amz-Expires={seconds}"))
        });
        let out = VerifyError::ExpiresInOutOfRange {
            seconds: told,
            longest: 604_800,
        };
        assert_eq!(verify(&url, "s3"), Err(out));
    }
    for text in [
        "",
        "-1",
        "%2B1",
        "1.5",
        "abc",
        "1%20",
        "0x10",
        "3600s",
        "18446744073709551616",
        "%D9%A3",
        "%FF",
    ] {
        let url = with_query(good.clone(), |query| {
            query.replace("X-Amz-Expires=3600", &format!("X-Amz-Expires={text}"))
        });
        let error = verify(&url, "s3").unwrap_err();
        assert!(
            matches!(error, VerifyError::Malformed { .. }),
            "{text}: {error}"
        );
    }
    for without in ["&X-Amz-Expires=3600", "X-Amz-Date=20260522T101112Z&"] {
        let url = with_query(good.clone(), |query| query.replace(without, ""));
        assert!(verify(&url, "s3").is_err(), "{without}");
    }
}

#[test]
fn urls_of_one_second_and_of_seven_days_verify_until_they_expire() {
    let mut absolute = request("GET", "/");
    *absolute.uri_mut() = "https://bucket.example.com/".parse().unwrap();
    let signer = Signer::new(long_term(), "us-east-1", "s3").unwrap();
    for seconds in [1, 604_800] {
        let url = signer
            .presign(&absolute, Duration::from_secs(seconds), NOW)
            .unwrap();
        let url = request("GET", url.uri().unwrap().path_and_query().unwrap().as_str());
        let end = Span::seconds(i64::try_from(seconds).unwrap());
        assert_eq!(at(&url, "s3", -Span::minutes(15)), Ok(()));
        assert!(at(&url, "s3", -Span::minutes(15) - Span::SECOND).is_err());
        assert_eq!(at(&url, "s3", end), Ok(()));
        assert!(at(&url, "s3", end + Span::SECOND).is_err());
    }
}

#[test]
fn a_server_can_set_the_longest_lifetime() {
    let message = presigned(&request("GET", "/"), "s3");
    for (longest, good) in [(3600, true), (3599, false), (900, false)] {
        let verifier = Verifier::new("us-east-1", "s3")
            .unwrap()
            .with_longest_expires_in(Duration::from_secs(longest));
        let result = verify_with(&verifier, &message, &long_term(), NOW);
        assert_eq!(result.is_ok(), good, "{longest}");
    }
    // The maximum is seven days.
    let verifier = Verifier::new("us-east-1", "s3")
        .unwrap()
        .with_longest_expires_in(Duration::MAX);
    let url = with_query(message, |query| {
        query.replace("Expires=3600", "Expires=604801")
    });
    let error = verify_with(&verifier, &url, &long_term(), NOW).unwrap_err();
    assert!(
        matches!(error, VerifyError::ExpiresInOutOfRange { .. }),
        "{error}"
    );
}

#[test]
fn a_malformed_date_is_refused() {
    for date in [
        "",
        "20260522",
        "20260522T101112",
        "20260532T101112Z",
        "2026-05-22T10:11:12Z",
        "1779444672",
        "20260522t101112z",
    ] {
        assert_eq!(date.parse::<AmzDate>().ok(), None);
        let mut header = signed(request("GET", "/"), "s3");
        header
            .headers_mut()
            .insert("x-amz-date", date.parse().unwrap());
        let form = countersign::verify::SignatureLocation::Header;
        assert_eq!(
            verify(&header, "s3"),
            Err(VerifyError::InvalidDate { form })
        );
        let url = with_query(presigned(&request("GET", "/"), "s3"), |query| {
            query.replace("X-Amz-Date=20260522T101112Z", &format!("X-Amz-Date={date}"))
        });
        let form = countersign::verify::SignatureLocation::Query;
        assert_eq!(verify(&url, "s3"), Err(VerifyError::InvalidDate { form }));
    }
    let mut header = signed(request("GET", "/"), "s3");
    header.headers_mut().remove("x-amz-date");
    let form = countersign::verify::SignatureLocation::Header;
    assert_eq!(
        verify(&header, "s3"),
        Err(VerifyError::MissingDate { form })
    );
}

/// The bounds of the time window of these dates are outside the calendar.
#[test]
fn requests_of_the_first_and_the_last_date_verify() {
    for date in ["00000101T000000Z", "99991231T235959Z"] {
        let time: OffsetDateTime = date
            .parse::<AmzDate>()
            .unwrap()
            .timestamp()
            .try_into()
            .unwrap();
        let mut message = request("GET", "/");
        let signer = Signer::new(long_term(), "us-east-1", "s3").unwrap();
        signer.sign(&mut message, PayloadHash::EMPTY, time).unwrap();
        assert_eq!(message.headers()["x-amz-date"], date);
        assert_eq!(verify_as("s3", &message, &long_term(), time), Ok(()));
        let error = verify(&message, "s3").unwrap_err();
        assert!(
            matches!(
                error,
                VerifyError::Expired { .. } | VerifyError::NotYetCurrent { .. }
            ),
            "{error}"
        );
    }
}
