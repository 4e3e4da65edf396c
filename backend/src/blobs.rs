//! Files named by the keccak256 of their bytes, in a folder or an S3-compatible bucket.
use crate::config::Config;
use alloy::primitives::{B256, bytes::Bytes, keccak256};
use futures::Stream;
use object_store::{
    ObjectStore, ObjectStoreExt, aws::AmazonS3Builder, local::LocalFileSystem, path::Path,
    prefix::PrefixStore,
};
use std::sync::Arc;

/// Cheap to clone.
#[derive(Clone)]
pub struct Blobs(Arc<dyn ObjectStore>);

/// Why a blob could not be stored or read.
#[derive(Debug, thiserror::Error)]
pub enum BlobsError {
    #[error("cannot create the blob folder {path}")]
    Folder { path: String, source: std::io::Error },
    #[error("blobs.url {url} is neither empty nor s3://bucket/prefix")]
    Url { url: String },
    #[error("the blob store failed")]
    Store(#[from] object_store::Error),
    #[error("the bytes stored under {expected} hash to {actual}; the store is damaged")]
    Damaged { expected: B256, actual: B256 },
}

impl Blobs {
    /// Open the store that `blobs.url` names.
    ///
    /// # Errors
    /// [`BlobsError`] when the folder cannot be made or the URL not be read.
    pub fn open(config: &Config) -> Result<Self, BlobsError> {
        let url = config.blobs.url.as_str();
        if url.is_empty() {
            let folder = config.data.dir.join("blobs");
            std::fs::create_dir_all(&folder)
                .map_err(|source| BlobsError::Folder { path: folder.display().to_string(), source })?;
            return Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(folder)?)));
        }
        let rest = url.strip_prefix("s3://").ok_or_else(|| BlobsError::Url { url: url.to_owned() })?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let store = AmazonS3Builder::from_env().with_bucket_name(bucket).build()?;
        Ok(match prefix {
            "" => Self(Arc::new(store)),
            prefix => Self(Arc::new(PrefixStore::new(store, prefix))),
        })
    }

    /// Store bytes under their hash. Storing the same bytes twice is harmless.
    ///
    /// # Errors
    /// [`BlobsError::Store`].
    pub async fn put(&self, bytes: Vec<u8>) -> Result<B256, BlobsError> {
        let hash = keccak256(&bytes);
        self.0.put(&path(hash), bytes.into()).await?;
        Ok(hash)
    }

    /// The bytes with this hash, checked; `None` when nobody stored them.
    ///
    /// # Errors
    /// [`BlobsError::Store`], or [`BlobsError::Damaged`] when the stored bytes have another hash.
    pub async fn get(&self, hash: B256) -> Result<Option<Vec<u8>>, BlobsError> {
        let bytes = match self.0.get(&path(hash)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let actual = keccak256(&bytes);
        if actual != hash {
            return Err(BlobsError::Damaged { expected: hash, actual });
        }
        Ok(Some(bytes.to_vec()))
    }
}

impl Blobs {
    /// The bytes with this hash piece by piece, not checked; `None` when nobody stored them.
    ///
    /// # Errors
    /// [`BlobsError::Store`].
    pub async fn stream(
        &self,
        hash: B256,
    ) -> Result<Option<impl Stream<Item = object_store::Result<Bytes>>>, BlobsError> {
        match self.0.get(&path(hash)).await {
            Ok(found) => Ok(Some(found.into_stream())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Two levels, because some file systems slow down with a million entries in one folder.
fn path(hash: B256) -> Path {
    let hex = alloy::hex::encode(hash);
    Path::from(format!("{}/{hex}", &hex[..2]))
}
