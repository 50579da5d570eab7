//! Headers that are not signed unless the caller asks for it, and those that always are.

/// Headers without which no service takes a signature, or without which it proves nothing.
pub(super) fn must_be_signed(name: &str) -> bool {
    matches!(
        name,
        "host" | "x-amz-date" | "x-amz-security-token" | "x-amz-content-sha256"
    )
}

/// Whether a header is added, removed or rewritten after signing, so that a signature which covers
/// it breaks on the way.
pub(super) fn by_default(name: &str) -> bool {
    is_listed(name) || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether it is one of these complete names. The compiler compares lengths first.
fn is_listed(name: &str) -> bool {
    matches!(
        name,
        // Carries the signature itself. botocore, smithy-rs, JS v3 and Go v2 leave it out.
        "authorization"
        // Hop by hop: a proxy removes or replaces them (RFC 9110, 7.6.1; IAM User Guide, "Create a
        // signed AWS API request"). botocore, JS v3 and Java v2 leave it out.
        | "connection"
        // As `connection`. botocore and JS v3 leave it out.
        | "keep-alive"
        // As `connection`, of old clients.
        | "proxy-connection"
        // As `connection`. botocore and JS v3 leave it out.
        | "te"
        // As `connection`. botocore and JS v3 leave it out.
        | "trailer"
        // As `connection`: every hop frames the body anew. All AWS SDKs leave it out.
        | "transfer-encoding"
        // As `connection`. botocore, aws-c-auth and JS v3 leave it out.
        | "upgrade"
        // A proxy may answer it instead of passing it on. Most AWS SDKs leave it out.
        | "expect"
        // Each proxy counts it down (RFC 9110, 7.6.2). JS v3 leaves it out.
        | "max-forwards"
        // Each proxy adds itself (RFC 9110, 7.6.3).
        | "via"
        // Each proxy adds itself (RFC 7239).
        | "forwarded"
        // nginx writes the client's address here.
        | "x-real-ip"
        // Each content delivery network adds itself (RFC 8586).
        | "cdn-loop"
        // Akamai and Cloudflare write the client's address here.
        | "true-client-ip"
        // Proxies write the client's address here.
        | "x-client-ip"
        // Load balancers of clusters write the client's address here.
        | "x-cluster-client-ip"
        // Envoy replaces it.
        | "x-request-id"
        // Google's front end rewrites it (aws-sdk-go-v2 issue 1816), and HTTP clients add it.
        | "accept-encoding"
        // HTTP clients, libraries and proxies rewrite it. All AWS SDKs leave it out.
        | "user-agent"
        // Proxies that protect privacy remove it. JS v3 leaves it out.
        | "from"
        // Browsers and proxies shorten or remove it. JS v3 leaves it out.
        | "referer"
        // Caches add or remove it. JS v3 leaves it out.
        | "pragma"
        // Browsers add it, and proxies change it (RFC 9218).
        | "priority"
        // A retry, or the next hop, writes its own span (W3C Trace Context; aws-sdk-js issue 4472).
        // botocore leaves it out.
        | "traceparent"
        // As `traceparent`. botocore leaves it out.
        | "tracestate"
        // Each service may add to it (W3C Baggage). botocore leaves it out.
        | "baggage"
        // As `traceparent`, of Zipkin in one header.
        | "b3"
        // As `traceparent`, of OpenTracing and Envoy.
        | "x-ot-span-context"
        // As `traceparent`, of Jaeger.
        | "uber-trace-id"
        // As `traceparent`, of Sentry.
        | "sentry-trace"
        // As `traceparent`, of New Relic.
        | "newrelic"
        // As `traceparent`, of Google Cloud.
        | "x-cloud-trace-context"
        // As `traceparent`, of gRPC and OpenCensus.
        | "grpc-trace-bin"
        // As `traceparent`, of Elastic.
        | "elastic-apm-traceparent"
        // As `traceparent`, of Dynatrace.
        | "x-dynatrace"
        // Load balancers and AWS's SDKs rewrite it at each hop and retry. All AWS SDKs leave it out.
        | "x-amzn-trace-id"
        // CloudFront adds it after signing (mhart/aws4 issue 163).
        | "x-amz-cf-id"
        // API Gateway and load balancers describe the connection with it.
        | "x-amzn-tls-version"
        // As `x-amzn-tls-version`.
        | "x-amzn-tls-cipher-suite"
        // VPC endpoints add it.
        | "x-amzn-vpce-id"
        // As `x-amzn-vpce-id`.
        | "x-amzn-vpce-config"
    )
}

/// Beginnings of names.
const PREFIXES: [&str; 8] = [
    // Between a client and its proxy. botocore leaves out the two of authentication.
    "proxy-",
    // Browsers write it, and WebSocket handshakes. JS v3 leaves it out.
    "sec-",
    // Each proxy adds the client's address, host, port and scheme. Envoy's signer leaves it out.
    "x-forwarded-",
    // Envoy adds and removes it.
    "x-envoy-",
    // Cloudflare adds it.
    "cf-",
    // As `traceparent`, of Zipkin in several headers.
    "x-b3-",
    // As `traceparent`, of Datadog.
    "x-datadog-",
    // As `traceparent`, of New Relic.
    "x-newrelic-",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_name_is_found() {
        let names = "\
            authorization connection keep-alive proxy-connection te trailer transfer-encoding \
            upgrade expect max-forwards via forwarded x-real-ip cdn-loop true-client-ip \
            x-client-ip x-cluster-client-ip x-request-id accept-encoding user-agent from referer \
            pragma priority traceparent tracestate baggage b3 x-ot-span-context uber-trace-id \
            sentry-trace newrelic x-cloud-trace-context grpc-trace-bin elastic-apm-traceparent \
            x-dynatrace x-amzn-trace-id x-amz-cf-id x-amzn-tls-version x-amzn-tls-cipher-suite \
            x-amzn-vpce-id x-amzn-vpce-config";
        for name in names.split_whitespace() {
            assert!(by_default(name), "{name}");
        }
        for prefix in PREFIXES {
            assert!(by_default(&format!("{prefix}any")), "{prefix}");
        }
    }

    #[test]
    fn neighbours_of_listed_names_are_not_found() {
        for name in [
            "",
            "t",
            "b",
            "accept",
            "content-type",
            "content-length",
            "cache-control",
            "x-amz-target",
            "x-amz-meta-cf-id",
            "x-amz-cf-id-2",
            "x-amzn-bedrock-trace",
            "x-forwarded",
            "security",
            "cfg",
            "x-b3",
            "x-correlation-id",
            "authorization-2",
            "a-name-that-is-far-longer-than-every-name-in-the-list",
        ] {
            assert!(!by_default(name), "{name}");
        }
    }
}
