//! Plots, as SVG.

use crate::{markdown::number, Plot};
use anyhow::{anyhow, Result};
use plotters::{
    coord::Shift,
    prelude::*,
    style::text_anchor::{HPos, Pos, VPos},
};
use std::error::Error;

const WIDTH: u32 = 760;
const BAR: i32 = 30;
/// Where bars begin: left of it stand their names.
const NAMES: i32 = 300;
const TITLE: i32 = 40;
const TEXT: (&str, i32) = ("sans-serif", 14);

/// Draws a plot.
///
/// # Errors
/// If it has nothing to show.
pub fn draw(plot: &Plot) -> Result<String> {
    let mut svg = String::new();
    let height = match plot {
        Plot::Bars { bars, .. } => u32::try_from(bars.len())?.saturating_mul(BAR.unsigned_abs()) + 60,
        Plot::Lines { .. } => 420,
    };
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH, height)).into_drawing_area();
        area.fill(&WHITE)?;
        match plot {
            Plot::Bars { title, unit, bars } => draw_bars(&area, title, unit, bars),
            Plot::Lines { title, x, y, lines } => draw_lines(&area, title, x, y, lines),
        }
        .map_err(|error| anyhow!("{error}"))?;
        area.present()?;
    }
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = std::result::Result<(), Box<dyn Error>>;

fn draw_bars(area: &Area<'_>, title: &str, unit: &str, bars: &[(String, f64)]) -> Drawn {
    let longest = bars.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    if longest <= 0.0 {
        return Err("no bar has a length".into());
    }
    let text = TextStyle::from(TEXT.into_font()).pos(Pos::new(HPos::Left, VPos::Center));
    let right = text.pos(Pos::new(HPos::Right, VPos::Center));
    area.draw(&Text::new(title.to_owned(), (10, TITLE / 2), text.clone()))?;
    let room = f64::from(i32::try_from(WIDTH)? - NAMES - 130);
    for (row, (name, value)) in (0..).zip(bars) {
        let top = TITLE + BAR * row;
        let middle = top + BAR / 2;
        // A share of the room, which is far below 2^31.
        #[allow(clippy::cast_possible_truncation)]
        let length = (value / longest * room).round() as i32;
        area.draw(&Text::new(name.clone(), (NAMES - 8, middle), right.clone()))?;
        area.draw(&Rectangle::new([(NAMES, top + 4), (NAMES + length, top + BAR - 4)], Palette99::pick(0).filled()))?;
        area.draw(&Text::new(format!("{} {unit}", number(*value)), (NAMES + length + 8, middle), text.clone()))?;
    }
    Ok(())
}

fn draw_lines(area: &Area<'_>, title: &str, x: &str, y: &str, lines: &[(String, Vec<(f64, f64)>)]) -> Drawn {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let most = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(0.0, f64::max);
    let (right, top) = (most(|point| point.0), most(|point| point.1));
    if right <= 0.0 || top <= 0.0 {
        return Err("no line has a length".into());
    }
    let mut chart = ChartBuilder::on(area)
        .caption(title, TEXT)
        .margin(12)
        .x_label_area_size(44)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..right * 1.05, 0.0..top * 1.1)?;
    chart.configure_mesh().x_desc(x).y_desc(y).label_style(TEXT).light_line_style(WHITE).draw()?;
    for (index, (name, points)) in lines.iter().enumerate() {
        let colour = Palette99::pick(index).to_rgba();
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .label_font(TEXT)
        .background_style(WHITE)
        .draw()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn bars_and_lines_bear_their_names() {
        let bars = Plot::Bars {
            title: "Speed".into(),
            unit: "/s".into(),
            bars: vec![("ours".into(), 2.0), ("theirs".into(), 1.0)],
        };
        let svg = draw(&bars).unwrap();
        assert!(
            svg.starts_with("<svg") && ["Speed", "ours", "theirs", "2 /s"].iter().all(|text| svg.contains(text)),
            "{svg}"
        );
        let lines = Plot::Lines {
            title: "Latency".into(),
            x: "rate".into(),
            y: "s".into(),
            lines: vec![("p95".into(), vec![(1.0, 2.0), (3.0, 4.0)])],
        };
        let svg = draw(&lines).unwrap();
        assert!(["Latency", "rate", "p95"].iter().all(|text| svg.contains(text)), "{svg}");
    }

    #[test]
    fn what_has_nothing_to_show_is_refused() {
        let none = Plot::Bars { title: String::new(), unit: String::new(), bars: vec![("none".into(), 0.0)] };
        assert!(draw(&none).is_err());
        assert!(
            draw(&Plot::Lines { title: String::new(), x: String::new(), y: String::new(), lines: Vec::new() }).is_err()
        );
    }
}
