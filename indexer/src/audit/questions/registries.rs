//! Models, data, roles and pauses.

use super::{Questions, seconds, word};
use bindings::{AccessManager, DatasetRegistry, IModelRegistry, ModelRegistry, StakingPool};
use sqlx::{Error, PgConnection};
use storage::chain::{datasets, families, model_versions, pauses, role_members, totals};

impl Questions<'_> {
    pub(super) async fn models(&mut self, conn: &mut PgConnection) -> Result<(), Error> {
        const STATES: [&str; 6] = ["none", "registered", "active", "retired", "revoked", "suspended"];
        let registry = self.contracts.model_registry;
        for row in self.pick(families::list(conn).await?) {
            let (family_id, at) = (row.family_id, ("families", row.family_id));
            let stored = vec![("active_version", word(row.active_version))];
            self.ask(
                at,
                (registry, ModelRegistry::activeVersionCall { familyId: family_id }),
                stored,
                |id| vec![word(Some(id))],
            );
            let versions = model_versions::list_by_family(conn, row.family_id).await?;
            let stored = vec![("versions", versions.len().to_string())];
            self.ask(at, (registry, ModelRegistry::versionCountCall { familyId: family_id }), stored, |n| {
                vec![n.to_string()]
            });
            for row in self.pick(versions) {
                let (version_id, at) = (row.version_id, ("model_versions", row.version_id));
                let stored = vec![("status", row.status.as_str().to_owned())];
                self.ask(
                    at,
                    (registry, ModelRegistry::statusOfCall { versionId: version_id }),
                    stored,
                    |status| vec![STATES.get(usize::from(status)).unwrap_or(&"unknown").to_string()],
                );
                let stored = vec![("digest", row.digest.version_id(row.family_id).to_string())];
                let digest = IModelRegistry::VersionDigest {
                    manifestHash: row.digest.manifest_hash,
                    weightsHash: row.digest.weights_hash,
                    runSpecHash: row.digest.run_spec_hash,
                    datasetRoot: row.digest.dataset_root,
                    evaluationHash: row.digest.evaluation_hash,
                    parent: row.digest.parent,
                };
                let call = ModelRegistry::versionIdOfCall { familyId: family_id, digest };
                self.ask(at, (registry, call), stored, |id| vec![id.to_string()]);
            }
        }
        let registry = self.contracts.dataset_registry;
        for row in self.pick(datasets::list(conn).await?) {
            let stored = vec![
                ("contributor", row.contributor.to_string()),
                ("sample_root", word(Some(row.sample_root))),
                ("sample_count", row.sample_count.to_string()),
                ("consent_withdrawn", row.consent_withdrawn.to_string()),
            ];
            let call = DatasetRegistry::datasetOfCall { datasetHash: row.dataset_hash };
            self.ask(("datasets", row.dataset_hash), (registry, call), stored, |data| {
                vec![
                    data.contributor.to_string(),
                    word(Some(data.sampleRoot)),
                    data.sampleCount.to_string(),
                    data.consentWithdrawn.to_string(),
                ]
            });
        }
        Ok(())
    }

    /// Roles that were ever granted, so that a row too few is found like one too many; and pauses.
    pub(super) async fn permissions(
        &mut self,
        conn: &mut PgConnection,
        block_number: u64,
    ) -> Result<(), Error> {
        let manager = self.contracts.access_manager;
        let members = role_members::list(conn).await?;
        for (role_id, account) in self.pick(totals::roles_ever_granted(conn, manager, block_number).await?) {
            let is_member = members.iter().any(|row| (row.role_id, row.account) == (role_id, account));
            let call = AccessManager::getAccessCall { roleId: role_id, account };
            let stored = vec![("held", is_member.to_string())];
            self.ask(("role_members", format!("{role_id}:{account}")), (manager, call), stored, |access| {
                vec![(!access.since.is_zero()).to_string()]
            });
        }
        for row in self.pick(pauses::list(conn).await?) {
            // The contracts with pauses share the interface.
            let call = StakingPool::pausedUntilCall { selector: row.selector };
            let stored = vec![("until", seconds(Some(row.until)))];
            let key = format!("{}:{}", row.contract, row.selector);
            self.ask(("pauses", key), (row.contract, call), stored, |until| vec![until.to_string()]);
        }
        Ok(())
    }
}
