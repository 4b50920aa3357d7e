//! What has ended is deleted: links that can be opened no more, files with an erased record, tickets and askings that have
//! expired.

use crate::{app::App, clock, links::are_shown};
use medchain_primitives::LinkStatus;
use std::{sync::Arc, time::Duration};

/// How often.
const EVERY: Duration = Duration::from_secs(60);

/// Deletes what has ended, for ever.
pub async fn run(app: Arc<App>) {
    loop {
        if round(&app).await.is_none() {
            eprintln!("warning: node or link store cannot be reached; what has ended is deleted later");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// `None` if node or store could not be reached.
async fn round(app: &App) -> Option<()> {
    app.store.with(|store| store.remove_expired(clock::now())).await.ok()?;
    let mut after = None;
    loop {
        let page = app.store.with(move |store| store.page(after)).await.ok()?;
        let Some(last) = page.last().copied() else { return Some(()) };
        for commitment in page {
            let view = app.link(commitment).await.ok()?;
            let ended = match view.as_ref().map(|view| view.status) {
                Some(LinkStatus::Active) => false,
                // Its last opening may still fetch files at their locations.
                Some(LinkStatus::Exhausted) => {
                    !app.store.with(move |store| store.has_tickets(commitment, clock::now())).await.ok()?
                }
                _ => true,
            };
            if ended {
                app.store.with(move |store| store.remove(commitment)).await.ok()?;
                continue;
            }
            let records = view.map(|view| view.records).unwrap_or_default();
            let files = app.store.with(move |store| store.records(commitment)).await.ok()?;
            for (place, _) in files.into_iter().filter(|(_, of_file)| !are_shown(of_file, &records)) {
                app.store.with(move |store| store.remove_file(commitment, place)).await.ok()?;
            }
        }
        after = Some(last);
    }
}
