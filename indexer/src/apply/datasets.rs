//! `DatasetRegistry` → `datasets`.

use super::{Context, change};
use crate::events::DatasetsEvent;
use sqlx::{Error, PgConnection};
use storage::chain::{
    datasets::{self, Dataset},
    feed::Change,
};

pub async fn apply(
    conn: &mut PgConnection,
    context: &Context,
    event: DatasetsEvent,
) -> Result<Vec<Change>, Error> {
    let dataset_hash = match event {
        DatasetsEvent::Registered { dataset_hash, contributor, sample_root, sample_count, licence, uri } => {
            let registered_at = context.mined_at;
            let dataset = Dataset {
                dataset_hash,
                contributor,
                sample_root,
                sample_count,
                licence,
                uri,
                consent_withdrawn: false,
                registered_at,
            };
            datasets::insert(conn, &dataset).await?;
            dataset_hash
        }
        DatasetsEvent::ConsentWithdrawn { dataset_hash } => {
            datasets::set_consent_withdrawn(conn, dataset_hash).await?;
            dataset_hash
        }
    };
    Ok(vec![change("datasets", dataset_hash)])
}
