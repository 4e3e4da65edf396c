//! Output folders that exist completely or not at all.

use std::path::{Path, PathBuf};

/// A folder under construction next to its final place; dropped without [`PendingFolder::publish`], it is removed.
#[derive(Debug)]
pub struct PendingFolder {
    work: PathBuf,
    target: PathBuf,
}

/// Why an output folder could not be made.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Somebody's result is already there.
    #[error("{0} already exists")]
    Exists(PathBuf),
    /// The file system refused.
    #[error("{action} {path}")]
    Io {
        /// What was attempted.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
}

impl PendingFolder {
    /// Starts a folder that will become `target`; leftovers of a killed run are removed first.
    ///
    /// # Errors
    /// [`FolderError::Exists`] when `target` is there already, [`FolderError::Io`] when it cannot be created.
    pub fn create(target: &Path) -> Result<Self, FolderError> {
        if target.exists() {
            return Err(FolderError::Exists(target.into()));
        }
        let work = beside(target, "partial");
        if work.exists() {
            std::fs::remove_dir_all(&work).map_err(io("remove the leftover", &work))?;
        }
        std::fs::create_dir_all(&work).map_err(io("create", &work))?;
        Ok(Self { work, target: target.into() })
    }

    /// Where to write.
    pub fn path(&self) -> &Path {
        &self.work
    }

    /// Flushes every file to the disk and moves the folder to its final name in one step.
    ///
    /// # Errors
    /// [`FolderError::Io`] when flushing or renaming fails.
    pub fn publish(self) -> Result<(), FolderError> {
        for entry in std::fs::read_dir(&self.work).map_err(io("list", &self.work))? {
            let path = entry.map_err(io("list", &self.work))?.path();
            std::fs::File::open(&path).and_then(|file| file.sync_all()).map_err(io("flush", &path))?;
        }
        std::fs::rename(&self.work, &self.target).map_err(io("rename to", &self.target))
    }
}

impl Drop for PendingFolder {
    fn drop(&mut self) {
        // After a publish there is nothing left; after a failure nobody is there to be told about a leftover, and the
        // next run removes it.
        let _ = std::fs::remove_dir_all(&self.work);
    }
}

/// A hidden path next to `target`, named after it.
pub fn beside(target: &Path, suffix: &str) -> PathBuf {
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    target.with_file_name(format!(".{name}.{suffix}"))
}

fn io(action: &'static str, path: &Path) -> impl Fn(std::io::Error) -> FolderError {
    move |source| FolderError::Io { action, path: path.into(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_visible_before_publishing() {
        let root = tempfile::tempdir().unwrap();
        let target = root.path().join("out");
        let folder = PendingFolder::create(&target).unwrap();
        std::fs::write(folder.path().join("a"), b"1").unwrap();
        assert!(!target.exists());
        folder.publish().unwrap();
        assert_eq!(std::fs::read(target.join("a")).unwrap(), b"1");
        assert!(matches!(PendingFolder::create(&target), Err(FolderError::Exists(_))));
    }

    #[test]
    fn a_failed_run_leaves_nothing_behind() {
        let root = tempfile::tempdir().unwrap();
        drop(PendingFolder::create(&root.path().join("out")).unwrap());
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
