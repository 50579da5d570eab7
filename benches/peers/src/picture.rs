//! The picture for the README: a bar for each contender, as many times floor (b) as it takes.

use std::fmt::Write;

use crate::peers::{
    aws_sigv4, countersign, object_store, reqsign, rusty_s3, s3s_sigv4, scratchstack,
};
use crate::race::Outcome;
use crate::work::Work;

const WIDTH: f64 = 1080.0;
const HEIGHT: f64 = 460.0;
/// Where the bars stand, and the height of twice the floor: the scale is logarithmic.
const GROUND: f64 = 412.0;
const TWICE: f64 = 64.0;

/// In the order in which they are drawn: ours in one hue, the others apart from it.
const COLORS: [(&str, &str); 8] = [
    (countersign::slices::WHO, "#00508C"),
    (countersign::typed::WHO, "#4096D2"),
    (aws_sigv4::WHO, "#E69138"),
    (reqsign::WHO, "#6AA84F"),
    (object_store::WHO, "#A64D79"),
    (rusty_s3::WHO, "#CC4125"),
    (s3s_sigv4::WHO, "#7F7F7F"),
    (scratchstack::WHO, "#BF9000"),
];

pub fn draw(works: &[&Work], outcome: &Outcome) -> String {
    let mut svg = Svg::new();
    svg.text(
        WIDTH / 2.0,
        20.0,
        16,
        "Time, as a multiple of what the forced SHA-256 takes (floor b): less is better",
    );
    let racers = COLORS
        .iter()
        .filter(|(who, _)| outcome.0.iter().any(|row| row.who == *who));
    for (i, (who, color)) in racers.enumerate() {
        let left = 90.0 + 140.0 * i as f64;
        svg.bar(left - 60.0, 46.0, 12.0, 12.0, color);
        svg.text(left, 57.0, 12, who);
    }
    let groups: Vec<Vec<_>> = works.iter().map(|work| bars(outcome, work)).collect();
    let slots = groups.iter().map(|bars| bars.len() + 1).sum::<usize>() as f64;
    let slot = (WIDTH - 40.0) / slots;
    let mut left = 20.0 + slot / 2.0;
    for (work, bars) in works.iter().zip(groups) {
        let middle = left + slot * bars.len() as f64 / 2.0;
        svg.text(middle, GROUND + 20.0, 14, &work.name);
        svg.text(middle, GROUND + 37.0, 11, work.brief);
        for (times, color) in bars {
            // A bar of less than the floor would be noise; it has no height on this scale.
            let height = TWICE * times.max(1.0).log2();
            let decimals = if times < 10.0 { 2 } else { 1 };
            svg.bar(left + 1.0, GROUND - height, slot - 2.0, height, color);
            let number = format!("{times:.decimals$}");
            svg.text(left + slot / 2.0, GROUND - height - 4.0, 9, &number);
            left += slot;
        }
        left += slot;
    }
    svg.bar(20.0, GROUND, WIDTH - 40.0, 1.0, "black");
    svg.0 + "</svg>\n"
}

fn bars(outcome: &Outcome, work: &Work) -> Vec<(f64, &'static str)> {
    let bar = |(who, color): &(&str, &'static str)| {
        Some((outcome.row(&work.name, who)?.x_floor_b, *color))
    };
    COLORS.iter().filter_map(bar).collect()
}

struct Svg(String);

impl Svg {
    fn new() -> Self {
        let mut svg = Self(format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
             font-family=\"sans-serif\" text-anchor=\"middle\">\n"
        ));
        svg.bar(0.0, 0.0, WIDTH, HEIGHT, "white");
        svg
    }

    fn bar(&mut self, x: f64, y: f64, width: f64, height: f64, color: &str) {
        let _ = writeln!(
            self.0,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{color}\"/>"
        );
    }

    fn text(&mut self, x: f64, y: f64, size: u32, text: &str) {
        let _ = writeln!(
            self.0,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\">{text}</text>"
        );
    }
}
