//! Published files by their hash: from a Polity server or from a data folder.
use crate::blobs::Blobs;
use alloy::primitives::{B256, hex};
use anyhow::{Context, bail, ensure};
use futures::{Stream, StreamExt};
use protocol::Hasher;
use std::{
    fs::File,
    io::{BufReader, Seek, Write},
    path::{Path, PathBuf},
    pin::pin,
    time::Duration,
};

/// Longest silence in the middle of a file, which itself may take long.
const SILENCE: Duration = Duration::from_secs(60);

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
                http: reqwest::Client::builder()
                    .read_timeout(SILENCE)
                    .build()
                    .expect("its settings are valid"),
            };
        }
        Self::Folder(PathBuf::from(place))
    }

    /// The bytes with this hash as a file to read, for what may be larger than memory. It is hashed here and should be hashed
    /// again while it is read: somebody may change it in between.
    pub async fn blob_file(&self, hash: B256) -> anyhow::Result<File> {
        let mut file = match self {
            Self::Server { url, http } => {
                let response = published(url, http, hash).await?;
                kept(response.bytes_stream()).await.with_context(|| format!("reading {hash} from {url}"))?
            }
            Self::Folder(folder) => File::open(blob_path(folder, hash)?)?,
            Self::Store(blobs) => {
                let stream = blobs.stream(hash).await?;
                kept(stream.with_context(|| format!("the blob store does not have {hash}"))?).await?
            }
        };
        let actual = file_hash(&file)?;
        ensure!(actual == hash, "{}", other_bytes(hash, actual));
        file.rewind()?;
        Ok(file)
    }

    /// The bytes with this hash; checked, because whoever serves them is not trusted.
    pub async fn blob(&self, hash: B256) -> anyhow::Result<Vec<u8>> {
        let bytes = match self {
            Self::Server { url, http } => published(url, http, hash).await?.bytes().await?.to_vec(),
            Self::Folder(folder) => tokio::fs::read(blob_path(folder, hash)?).await?,
            Self::Store(blobs) => {
                blobs.get(hash).await?.with_context(|| format!("the blob store does not have {hash}"))?
            }
        };
        let actual = alloy::primitives::keccak256(&bytes);
        ensure!(actual == hash, "{}", other_bytes(hash, actual));
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
                let file = File::open(&path).with_context(|| format!("reading {}", path.display()))?;
                return file_hash(&file);
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

/// What a server answers to the question for a blob.
async fn published(url: &str, http: &reqwest::Client, hash: B256) -> anyhow::Result<reqwest::Response> {
    let response = http.get(format!("{url}/api/v1/blobs/{hash}")).send().await;
    let response =
        response.with_context(|| format!("{url} does not answer; name another place with --blobs"))?;
    ensure!(
        response.status().is_success(),
        "{url} does not have the file {hash} ({}); name another place with --blobs",
        response.status()
    );
    Ok(response)
}

/// Where a folder has a blob.
fn blob_path(folder: &Path, hash: B256) -> anyhow::Result<PathBuf> {
    let name = hex::encode(hash);
    let inside = PathBuf::from(&name[..2]).join(&name);
    let places = [folder.join("blobs").join(&inside), folder.join(&inside)];
    places.into_iter().find(|path| path.is_file()).with_context(|| {
        format!(
            "{} does not have the file {hash}; name a data folder or the URL of a Polity server with --blobs",
            folder.display()
        )
    })
}

/// In a temporary file that goes with its handle.
async fn kept<E: std::error::Error + Send + Sync + 'static>(
    stream: impl Stream<Item = Result<impl AsRef<[u8]>, E>>,
) -> anyhow::Result<File> {
    let mut file = tempfile::tempfile().context("making a temporary file")?;
    let mut stream = pin!(stream);
    while let Some(piece) = stream.next().await {
        file.write_all(piece?.as_ref()).context("writing a temporary file")?;
    }
    file.rewind()?;
    Ok(file)
}

fn file_hash(file: &File) -> anyhow::Result<B256> {
    let mut hasher = Hasher::default();
    std::io::copy(&mut BufReader::with_capacity(1 << 20, file), &mut Hashing(&mut hasher))?;
    Ok(hasher.finalize())
}

fn other_bytes(hash: B256, actual: B256) -> String {
    format!(
        "the file published as {hash} hashes to {actual}: it is damaged or another file; name another place with --blobs"
    )
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
