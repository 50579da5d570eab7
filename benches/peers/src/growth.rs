//! How the cost grows with the request: it must be linear, and its slope is compared with that of
//! hashing alone.

use http::{HeaderName, HeaderValue};

use crate::race::Outcome;
use crate::work::{self, Identity, Work};

/// Requests of growing size.
pub struct Series {
    pub name: &'static str,
    pub unit: &'static str,
    sizes: &'static [usize],
    at: fn(usize) -> Work,
}

pub const SERIES: [Series; 4] = [
    Series {
        name: "session token",
        unit: "byte of token",
        sizes: &[0, 1024, 2048, 4096, 8192],
        at: token,
    },
    Series {
        name: "headers",
        unit: "header",
        sizes: &[1, 25, 50, 75, 100],
        at: headers,
    },
    Series {
        name: "query parameters",
        unit: "query parameter",
        sizes: &[0, 25, 50, 75, 100],
        at: query,
    },
    Series {
        name: "path",
        unit: "byte of path",
        sizes: &[10, 1000, 2000, 3000, 4000],
        at: path,
    },
];

impl Series {
    pub fn works(&self) -> Vec<Work> {
        let named = |size: &usize| Work {
            name: self.work_name(*size),
            ..(self.at)(*size)
        };
        self.sizes.iter().map(named).collect()
    }

    /// The line through the times of one contender.
    pub fn line(&self, outcome: &Outcome, who: &str) -> Option<Line> {
        let points: Option<Vec<_>> = self
            .sizes
            .iter()
            .map(|size| {
                let row = outcome.row(&self.work_name(*size), who)?;
                Some((*size as f64, row.nanoseconds))
            })
            .collect();
        points.map(|points| Line::through(&points))
    }

    fn work_name(&self, size: usize) -> String {
        format!("{} {size}", self.name)
    }
}

/// The line that fits the points best.
pub struct Line {
    /// Nanoseconds for each additional unit.
    pub slope: f64,
    /// The coefficient of determination: 1 is a perfect line.
    pub fit: f64,
}

impl Line {
    fn through(points: &[(f64, f64)]) -> Self {
        let count = points.len() as f64;
        let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
        let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
        let sum = |f: fn(f64, f64) -> f64| {
            points
                .iter()
                .map(|(x, y)| f(x - mean_x, y - mean_y))
                .sum::<f64>()
        };
        let (xx, xy, yy) = (sum(|x, _| x * x), sum(|x, y| x * y), sum(|_, y| y * y));
        Self {
            slope: xy / xx,
            fit: xy * xy / (xx * yy),
        }
    }
}

fn token(length: usize) -> Work {
    let identity = if length == 0 {
        Identity::long_term()
    } else {
        Identity::temporary(length)
    };
    Work {
        identity,
        ..work::w4()
    }
}

/// Out of order, so that they must be sorted.
fn headers(count: usize) -> Work {
    let mut work = work::w4();
    for i in shuffled(count) {
        let name = HeaderName::try_from(format!("x-amz-meta-{i:03}")).expect("a header name");
        work.request
            .headers_mut()
            .insert(name, HeaderValue::from_static("sixteen letters."));
    }
    work
}

fn query(count: usize) -> Work {
    let pair = |i: usize| format!("name{i:03}=sixteen-letters.");
    let mut work = work::w4();
    let sent: Vec<_> = shuffled(count).map(pair).collect();
    let uri = format!(
        "https://{}{}?{}",
        work.host(),
        work.canonical_path,
        sent.join("&")
    );
    *work.request.uri_mut() = uri.parse().expect("a URL");
    work.canonical_query = (0..count).map(pair).collect::<Vec<_>>().join("&");
    work
}

fn path(length: usize) -> Work {
    let mut work = work::w4();
    let path: String = "/some%20key".chars().cycle().take(length).collect();
    // Not within an escape.
    let path = path.trim_end_matches(['%', '2']).to_owned();
    let path = format!("{path}{}", "y".repeat(length - path.len()));
    let uri = format!("https://{}{path}?{}", work.host(), work.canonical_query);
    *work.request.uri_mut() = uri.parse().expect("a URL");
    work.canonical_path = path;
    work
}

/// All numbers below `count`, out of order.
fn shuffled(count: usize) -> impl Iterator<Item = usize> {
    // A prime has no common factor with a count that is not its multiple.
    (0..count).map(move |i| i * 37 % count)
}
