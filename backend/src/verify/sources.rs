//! Published files by their hash: from a Polity server or from a data folder.
use crate::blobs::Blobs;
use alloy::primitives::{B256, hex};
use anyhow::{Context, bail, ensure};
use protocol::Hasher;
use std::path::{Path, PathBuf};

/// Where published files are.
pub enum Files {
    /// Origin of a server, without a trailing slash.
    Server { url: String, http: reqwest::Client },
    /// A data folder with `blobs/` and `checkpoints/`, or the blob folder itself.
    Folder(PathBuf),
    /// The store of the server that asks.
    Store(Blobs),
}

impl Files {
    /// A URL or a folder.
    pub fn at(place: &str) -> Self {
        if place.starts_with("http://") || place.starts_with("https://") {
            return Self::Server {
                url: place.trim_end_matches('/').to_owned(),
                http: reqwest::Client::new(),
            };
        }
        Self::Folder(PathBuf::from(place))
    }

    /// The bytes with this hash; checked, because whoever serves them is not trusted.
    pub async fn blob(&self, hash: B256) -> anyhow::Result<Vec<u8>> {
        let bytes = match self {
            Self::Server { url, http } => {
                let response = http.get(format!("{url}/api/v1/blobs/{hash}")).send().await?;
                ensure!(response.status().is_success(), "{url} does not have {hash}: {}", response.status());
                response.bytes().await?.to_vec()
            }
            Self::Folder(folder) => {
                let name = hex::encode(hash);
                let inside = PathBuf::from(&name[..2]).join(&name);
                let places = [folder.join("blobs").join(&inside), folder.join(&inside)];
                let found = places.iter().find(|path| path.is_file());
                let path = found.with_context(|| format!("{} does not have {hash}", folder.display()))?;
                tokio::fs::read(path).await?
            }
            Self::Store(blobs) => {
                blobs.get(hash).await?.with_context(|| format!("the blob store does not have {hash}"))?
            }
        };
        let actual = alloy::primitives::keccak256(&bytes);
        ensure!(actual == hash, "the bytes published as {hash} hash to {actual}");
        Ok(bytes)
    }

    /// Hash of a checkpoint's file, which may be larger than memory.
    pub async fn checkpoint_file_hash(&self, manifest_hash: B256, name: &str) -> anyhow::Result<B256> {
        let mut hasher = Hasher::default();
        match self {
            Self::Server { url, http } => {
                let address = format!("{url}/api/v1/checkpoints/{manifest_hash}/{name}");
                let mut response = http.get(&address).send().await?;
                ensure!(response.status().is_success(), "{address} is not there: {}", response.status());
                while let Some(chunk) = response.chunk().await? {
                    hasher.update(&chunk);
                }
            }
            Self::Folder(_) | Self::Store(_) => {
                let path = self.checkpoint_folder(manifest_hash)?.join(name);
                let file =
                    std::fs::File::open(&path).with_context(|| format!("reading {}", path.display()))?;
                std::io::copy(
                    &mut std::io::BufReader::with_capacity(1 << 20, file),
                    &mut Hashing(&mut hasher),
                )?;
            }
        }
        Ok(hasher.finalize())
    }

    /// Folder of a checkpoint, when the files are local.
    pub fn checkpoint_folder(&self, manifest_hash: B256) -> anyhow::Result<PathBuf> {
        let folder = self.local()?.join("checkpoints").join(hex::encode(manifest_hash));
        ensure!(folder.is_dir(), "there is no checkpoint in {}", folder.display());
        Ok(folder)
    }

    /// Folder of a dataset, when the files are local.
    pub fn dataset_folder(&self, dataset_hash: B256) -> anyhow::Result<PathBuf> {
        let folder = self.local()?.join("datasets").join(hex::encode(dataset_hash));
        ensure!(folder.is_dir(), "there is no dataset in {}", folder.display());
        Ok(folder)
    }

    fn local(&self) -> anyhow::Result<&Path> {
        match self {
            Self::Server { url, .. } => {
                bail!("this needs the files themselves; give a data folder instead of {url}")
            }
            // Somebody who names the blob folder means the data folder around it.
            Self::Folder(folder) if folder.ends_with("blobs") => Ok(folder.parent().unwrap_or(folder)),
            Self::Folder(folder) => Ok(folder),
            Self::Store(_) => bail!("this needs a data folder, not a blob store"),
        }
    }
}

struct Hashing<'a>(&'a mut Hasher);

impl std::io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
