//! The picture for the README: a bar for each contender, as many times floor (b) as it takes.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::peers::{
    aws_sigv4, countersign, object_store, reqsign, rusty_s3, s3s_sigv4, scratchstack,
};
use crate::race::Outcome;
use crate::work::Work;

const SIZE: (u32, u32) = (1080, 460);
/// Beyond the tallest bar, for its number.
const HEADROOM: f64 = 1.5;
/// Between workloads, in bars.
const GAP: usize = 1;
const FONT: &str = "sans-serif";

/// In the order in which they are drawn: ours in one hue, the others apart from it.
const COLORS: [(&str, RGBColor); 8] = [
    (countersign::slices::WHO, RGBColor(0, 80, 140)),
    (countersign::typed::WHO, RGBColor(64, 150, 210)),
    (aws_sigv4::WHO, RGBColor(230, 145, 56)),
    (reqsign::WHO, RGBColor(106, 168, 79)),
    (object_store::WHO, RGBColor(166, 77, 121)),
    (rusty_s3::WHO, RGBColor(204, 65, 37)),
    (s3s_sigv4::WHO, RGBColor(127, 127, 127)),
    (scratchstack::WHO, RGBColor(191, 144, 0)),
];

pub fn draw(works: &[&'static Work], outcome: &Outcome, file: &Path) -> Result<(), Box<dyn Error>> {
    let groups: Vec<_> = works
        .iter()
        .map(|work| (work, bars(outcome, work)))
        .collect();
    let across = groups
        .iter()
        .map(|(_, bars)| bars.len() + GAP)
        .sum::<usize>() as f64;
    let tallest = groups
        .iter()
        .flat_map(|(_, bars)| bars)
        .map(|bar| bar.x_floor_b)
        .fold(1.0, f64::max);

    let area = SVGBackend::new(file, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let (legend, area) = area
        .titled(
            "Time, as a multiple of what the forced SHA-256 takes (floor b): less is better",
            (FONT, 18),
        )?
        .split_vertically(26);
    draw_legend(&legend, outcome)?;

    let mut chart = ChartBuilder::on(&area)
        .margin(8)
        .x_label_area_size(40)
        .y_label_area_size(36)
        .build_cartesian_2d(0.0..across, (1.0..tallest * HEADROOM).log_scale().base(2.0))?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .disable_x_axis()
        .light_line_style(TRANSPARENT)
        .y_label_formatter(&|times| format!("{times:.0}×"))
        .y_label_style((FONT, 13))
        .draw()?;

    let plot = chart.plotting_area();
    let [above, below] = [VPos::Bottom, VPos::Top].map(|side| Pos::new(HPos::Center, side));
    let text = |size: u32, side| (FONT, size).into_font().color(&BLACK).pos(side);
    let mut left = GAP as f64 / 2.0;
    for (work, bars) in groups {
        let name = EmptyElement::at((left + bars.len() as f64 / 2.0, 1.0))
            + Text::new(work.name.as_str(), (0, 6), text(14, below))
            + Text::new(work.brief, (0, 24), text(11, below));
        plot.draw(&name)?;
        for bar in bars {
            // A bar of less than the floor would be noise; it has no height on this scale.
            let top = bar.x_floor_b.max(1.0);
            let corners = [(left + 0.06, 1.0), (left + 0.94, top)];
            plot.draw(&Rectangle::new(corners, bar.color.filled()))?;
            let decimals = if top < 10.0 { 2 } else { 1 };
            let number = format!("{:.decimals$}", bar.x_floor_b);
            let label = Text::new(number, (0, -2), text(10, above));
            plot.draw(&(EmptyElement::at((left + 0.5, top)) + label))?;
            left += 1.0;
        }
        left += GAP as f64;
    }
    area.present()?;
    Ok(())
}

struct Bar {
    x_floor_b: f64,
    color: RGBColor,
}

fn bars(outcome: &Outcome, work: &Work) -> Vec<Bar> {
    COLORS
        .iter()
        .filter_map(|(who, color)| {
            Some(Bar {
                x_floor_b: outcome.row(&work.name, who)?.x_floor_b,
                color: *color,
            })
        })
        .collect()
}

/// Those who are in the picture, with their colours.
fn draw_legend<B: DrawingBackend>(
    area: &DrawingArea<B, plotters::coord::Shift>,
    outcome: &Outcome,
) -> Result<(), Box<dyn Error>>
where
    B::ErrorType: 'static,
{
    let mut left = 44;
    for (who, color) in COLORS
        .iter()
        .filter(|(who, _)| outcome.rows.iter().any(|row| row.who == *who))
    {
        area.draw(&Rectangle::new(
            [(left, 8), (left + 12, 20)],
            color.filled(),
        ))?;
        area.draw(&Text::new(*who, (left + 17, 8), (FONT, 13)))?;
        left += 36 + 7 * who.len() as i32;
    }
    Ok(())
}
