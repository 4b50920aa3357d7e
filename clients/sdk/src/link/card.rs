//! The QR code of a link, and a card to print. Error correction M: a fold or a stain leaves it readable.

use crate::error::{Error, Result};
use qrcode::{render::svg, render::unicode, EcLevel, QrCode};

fn code(text: &str) -> Result<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|_| Error::MalformedLink { reason: "it is too long for a QR code" })
}

/// The QR code as characters for a terminal.
///
/// # Errors
/// [`Error::MalformedLink`] if the text is too long for one.
pub fn terminal(text: &str) -> Result<String> {
    Ok(code(text)?.render::<unicode::Dense1x2>().quiet_zone(true).build())
}

/// The QR code as an SVG image.
///
/// # Errors
/// As [`terminal`].
pub fn svg(text: &str) -> Result<String> {
    let image = code(text)?.render::<svg::Color<'_>>().min_dimensions(320, 320).quiet_zone(true).build();
    // As part of a page it stands without the declaration of a document.
    Ok(image.split_once("?>").map_or(image.clone(), |(_, image)| image.to_owned()))
}

/// What a card says besides the code.
#[derive(Clone, Debug)]
pub struct Card<'a> {
    /// The link, with its viewer.
    pub link: &'a str,
    /// Its label.
    pub label: Option<&'a str>,
    /// Until when it can be opened, for people.
    pub until: &'a str,
    /// How often.
    pub openings: u32,
    /// Whether it needs a passcode.
    pub passcode: bool,
}

/// A card to print, as one HTML page that fetches nothing.
///
/// # Errors
/// As [`terminal`].
pub fn html(card: &Card<'_>) -> Result<String> {
    let image = svg(card.link)?;
    let title = escaped(card.label.unwrap_or("Medical records"));
    let passcode = if card.passcode { "<p>Ask the patient for the passcode.</p>" } else { "" };
    let (until, openings) = (escaped(card.until), card.openings);
    let times = if openings == 1 { "once".to_owned() } else { format!("{openings} times") };
    Ok(format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
@page {{ size: A6 landscape; margin: 8mm }}
body {{ font: 11pt/1.4 sans-serif; margin: 0; display: flex; gap: 8mm; align-items: center }}
svg {{ width: 60mm; height: 60mm; flex: none }}
h1 {{ font-size: 14pt; margin: 0 0 3mm }}
p {{ margin: 0 0 2mm }}
</style>
</head>
<body>
{image}
<div>
<h1>{title}</h1>
<p>Scan the code to see these records.</p>
<p>It opens {times}, until {until}.</p>
{passcode}
<p>Whoever has this card can open it; the patient sees each opening.</p>
</div>
</body>
</html>
"#
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_card_shows_the_code_and_escapes_the_label() {
        let card = Card { link: "shlink:/abc", label: Some("<b>&"), until: "2027-03-01", openings: 1, passcode: true };
        let page = html(&card).unwrap();
        assert!(page.contains("<svg") && page.contains("&lt;b&gt;&amp;") && page.contains("opens once"));
        assert!(page.contains("passcode") && !page.contains("<?xml"));
    }

    #[test]
    fn a_code_has_error_correction_m_and_fits_a_terminal() {
        assert_eq!(code("shlink:/abc").unwrap().error_correction_level(), EcLevel::M);
        assert!(terminal(&format!("shlink:/{}", "a".repeat(400))).unwrap().lines().count() < 60);
        assert!(matches!(terminal(&"a".repeat(5_000)), Err(Error::MalformedLink { .. })));
    }
}
