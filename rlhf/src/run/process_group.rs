//! Several processes that make one run together.
//!
//! All of them go through the same run in lockstep; only the pieces that [`super::parallel::map`] and generation cut a batch
//! into are divided, and every process gets every piece's result. Gradients are then added in the order of the pieces, as
//! one process alone adds them. So the checkpoint has the same bytes on one process, two or twenty, and one machine can
//! replay what many trained. A ring all-reduce (Gloo, NCCL) moves fewer bytes, but its sums depend on the number of
//! processes.
//!
//! Results travel over TCP in a star around rank 0. There is no encryption and no password: for networks that belong to whoever trains.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use alloy_primitives::B256;

use super::exchange::{Exchange, Reader};
use crate::generate::Share;

/// How long to wait for the other processes to start, and for one that computes to answer, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(1800);
/// Between two attempts to reach rank 0 before it listens.
const RETRY: Duration = Duration::from_millis(50);
/// The longest message that is believed; cached states of a large dataset come in rounds far below it.
const MAX_MESSAGE: u64 = 1 << 34;
/// Memory that is reserved before the bytes of a message are there.
const RESERVE: u64 = 1 << 24;

/// Which process of a group this is: the variables that launchers of distributed training set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessGroupConfig {
    /// `RANK`: number of this process; rank 0 saves and writes.
    pub rank: usize,
    /// `WORLD_SIZE`: number of processes.
    pub size: usize,
    /// `MASTER_ADDR:MASTER_PORT`, where rank 0 listens.
    pub address: String,
    /// How long to wait for the others to start, and for one that computes to answer.
    pub patience: Duration,
}

/// Why processes cannot go on together. Start them again: the run goes on after rank 0's last saved state.
#[derive(Debug, thiserror::Error)]
pub enum ProcessGroupError {
    /// The environment describes no group.
    #[error("{name} is {value:?}: {expected}")]
    Environment {
        /// Which variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Another process is not there, or not any more.
    #[error("lost {peer} of the group; start all again, the run goes on after the last saved state")]
    Lost {
        /// Who.
        peer: String,
        /// How it was noticed.
        source: std::io::Error,
    },
    /// The processes were given different things.
    #[error("rank {rank} has another {what} than rank 0: {found}, not {expected}")]
    Different {
        /// Which process.
        rank: usize,
        /// What differs.
        what: &'static str,
        /// Hash at `rank`.
        found: B256,
        /// Hash at rank 0.
        expected: B256,
    },
    /// Bytes that mean nothing here.
    #[error("rank {0} sent something that is no answer; do all run the same release?")]
    Answer(usize),
}

impl ProcessGroupConfig {
    /// From the environment; `None` when `WORLD_SIZE` is not set or 1.
    ///
    /// # Errors
    /// [`ProcessGroupError::Environment`] when the variables are not a group.
    #[expect(clippy::disallowed_methods, reason = "launchers of distributed training speak through them")]
    pub fn from_env() -> Result<Option<Self>, ProcessGroupError> {
        Self::from_variables(|name| std::env::var(name).ok())
    }

    fn from_variables(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Option<Self>, ProcessGroupError> {
        let wrong = |name, value, expected| ProcessGroupError::Environment { name, value, expected };
        let number = |name: &'static str, expected| {
            let value = variable(name).unwrap_or_default();
            value.parse::<usize>().map_err(|_| wrong(name, value, expected))
        };
        if variable("WORLD_SIZE").is_none() {
            return Ok(None);
        }
        let size = number("WORLD_SIZE", "set the number of processes")?;
        if size == 1 {
            return Ok(None);
        }
        let rank = number("RANK", "set this process's number, from 0")?;
        if rank >= size {
            return Err(wrong("RANK", rank.to_string(), "it must be less than WORLD_SIZE"));
        }
        let port = number("MASTER_PORT", "set the port on which rank 0 listens")?;
        let host = variable("MASTER_ADDR").unwrap_or_default();
        if host.is_empty() {
            return Err(wrong("MASTER_ADDR", host, "set the host of rank 0"));
        }
        Ok(Some(Self { rank, size, address: format!("{host}:{port}"), patience: PATIENCE }))
    }
}

/// A process's connections to the others.
#[derive(Debug)]
pub struct ProcessGroup {
    rank: usize,
    size: usize,
    /// Of rank 0: one a rank, from 1; of others: that to rank 0.
    peers: Mutex<Vec<TcpStream>>,
}

impl ProcessGroup {
    /// Meets the others. `run` is what all must agree on: spec, code and execution profile.
    ///
    /// # Errors
    /// [`ProcessGroupError`] when somebody does not come in time, or with another run.
    pub fn join(config: &ProcessGroupConfig, run: B256) -> Result<Self, ProcessGroupError> {
        let &ProcessGroupConfig { rank, size, .. } = config;
        let peers = if rank == 0 { accept(config)? } else { vec![connect(config)?] };
        let group = Self { rank, size, peers: Mutex::new(peers) };
        group.agree("run (spec, release, processor or number format)", run)?;
        Ok(group)
    }

    /// Number of this process.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// Those of `items` that are this process's to work on: every `size`-th.
    pub fn own<I>(&self, items: Vec<I>) -> Vec<I> {
        items.into_iter().skip(self.rank).step_by(self.size).collect()
    }

    /// The same for what generation divides itself.
    pub fn share(&self) -> Share {
        Share { rank: self.rank, size: self.size }
    }

    /// Results for all items, in their order, of every process's results for its [own](Self::own).
    ///
    /// # Errors
    /// [`ProcessGroupError`].
    pub fn gather<T: Exchange>(&self, own: Vec<T>) -> Result<Vec<T>, ProcessGroupError> {
        let mut queues: Vec<_> = self.exchange(own)?.into_iter().map(Vec::into_iter).collect();
        Ok((0..).map_while(|i| queues[i % self.size].next()).collect())
    }

    /// Every process's value, by rank.
    ///
    /// # Errors
    /// [`ProcessGroupError`].
    pub fn exchange<T: Exchange>(&self, own: T) -> Result<Vec<T>, ProcessGroupError> {
        let mut message = Vec::new();
        own.write(&mut message);
        let read = |(rank, message): (usize, Vec<u8>)| {
            T::read(&mut Reader(&message)).ok_or(ProcessGroupError::Answer(rank))
        };
        self.all_gather(message)?.into_iter().enumerate().map(read).collect()
    }

    /// Closes the connections, so that others notice at once.
    pub fn leave(&self) {
        for peer in self.peers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // It may be closed already.
            let _ = peer.shutdown(std::net::Shutdown::Both);
        }
    }

    /// Rank 0's value, everywhere.
    ///
    /// # Errors
    /// [`ProcessGroupError`].
    pub fn broadcast<T: Exchange>(&self, value: T) -> Result<T, ProcessGroupError> {
        let mut message = Vec::new();
        if self.rank == 0 {
            value.write(&mut message);
        }
        let messages = self.all_gather(message)?;
        T::read(&mut Reader(&messages[0])).ok_or(ProcessGroupError::Answer(0))
    }

    /// Fails at every process unless all have the same hash.
    ///
    /// # Errors
    /// [`ProcessGroupError::Different`].
    pub fn agree(&self, what: &'static str, own: B256) -> Result<(), ProcessGroupError> {
        let hashes = self.all_gather(own.to_vec())?;
        for (rank, found) in hashes.iter().enumerate() {
            if *found != hashes[0] {
                let hash = |bytes: &[u8]| B256::try_from(bytes).unwrap_or_default();
                return Err(ProcessGroupError::Different {
                    rank,
                    what,
                    found: hash(found),
                    expected: hash(&hashes[0]),
                });
            }
        }
        Ok(())
    }

    /// Every process's message, by rank.
    fn all_gather(&self, own: Vec<u8>) -> Result<Vec<Vec<u8>>, ProcessGroupError> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        let mut messages = Vec::with_capacity(self.size);
        if self.rank == 0 {
            messages.push(own);
            for (i, peer) in peers.iter_mut().enumerate() {
                messages.push(receive(peer).map_err(lost(i + 1))?);
            }
            for (i, peer) in peers.iter_mut().enumerate() {
                for (_, message) in messages.iter().enumerate().filter(|(from, _)| *from != i + 1) {
                    send(peer, message).map_err(lost(i + 1))?;
                }
            }
        } else {
            send(&mut peers[0], &own).map_err(lost(0))?;
            for rank in 0..self.size {
                let message =
                    if rank == self.rank { Vec::new() } else { receive(&mut peers[0]).map_err(lost(0))? };
                messages.push(message);
            }
            messages[self.rank] = own;
        }
        Ok(messages)
    }
}

fn lost(rank: usize) -> impl Fn(std::io::Error) -> ProcessGroupError {
    move |source| ProcessGroupError::Lost { peer: format!("rank {rank}"), source }
}

fn accept(config: &ProcessGroupConfig) -> Result<Vec<TcpStream>, ProcessGroupError> {
    let &ProcessGroupConfig { size, ref address, patience, .. } = config;
    let failed =
        |source| ProcessGroupError::Lost { peer: format!("the others (listening on {address})"), source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let start = Instant::now();
    let mut peers: Vec<Option<TcpStream>> = (1..size).map(|_| None).collect();
    while peers.iter().any(Option::is_none) {
        let mut peer = match listener.accept() {
            Ok((peer, _)) => peer,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock && start.elapsed() < patience => {
                std::thread::sleep(RETRY);
                continue;
            }
            Err(error) => return Err(failed(error)),
        };
        peer.set_nonblocking(false).and_then(|()| limit(&peer, patience)).map_err(failed)?;
        // Whatever else knocks at the port is not of the group.
        let Ok(hello) = receive(&mut peer) else { continue };
        let rank = hello.try_into().map(u64::from_le_bytes).unwrap_or_default() as usize;
        if let Some(place @ None) = rank.checked_sub(1).and_then(|i| peers.get_mut(i)) {
            *place = Some(peer);
        }
    }
    Ok(peers.into_iter().flatten().collect())
}

fn connect(config: &ProcessGroupConfig) -> Result<TcpStream, ProcessGroupError> {
    let &ProcessGroupConfig { rank, ref address, patience, .. } = config;
    let start = Instant::now();
    loop {
        match TcpStream::connect(address) {
            Ok(mut peer) => {
                let hello = (rank as u64).to_le_bytes();
                limit(&peer, patience).and_then(|()| send(&mut peer, &hello)).map_err(lost(0))?;
                return Ok(peer);
            }
            Err(_) if start.elapsed() < patience => std::thread::sleep(RETRY),
            Err(error) => return Err(lost(0)(error)),
        }
    }
}

fn limit(peer: &TcpStream, patience: Duration) -> std::io::Result<()> {
    peer.set_nodelay(true)?;
    peer.set_read_timeout(Some(patience))?;
    peer.set_write_timeout(Some(patience))
}

fn send(peer: &mut TcpStream, message: &[u8]) -> std::io::Result<()> {
    peer.write_all(&(message.len() as u64).to_le_bytes())?;
    peer.write_all(message)
}

fn receive(peer: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 8];
    peer.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_MESSAGE {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    let mut message = Vec::with_capacity(length.min(RESERVE) as usize);
    if peer.take(length).read_to_end(&mut message)? < length as usize {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<ProcessGroupConfig>, ProcessGroupError> {
        ProcessGroupConfig::from_variables(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_names_a_group_or_says_what_is_wrong() {
        assert_eq!(of(&[]).unwrap(), None);
        assert_eq!(of(&[("WORLD_SIZE", "1")]).unwrap(), None);
        let full = [("WORLD_SIZE", "3"), ("RANK", "2"), ("MASTER_ADDR", "node0"), ("MASTER_PORT", "29500")];
        let expected =
            ProcessGroupConfig { rank: 2, size: 3, address: "node0:29500".into(), patience: PATIENCE };
        assert_eq!(of(&full).unwrap(), Some(expected));
        for (i, name) in ["WORLD_SIZE", "RANK", "MASTER_ADDR", "MASTER_PORT"].iter().enumerate().skip(1) {
            let mut partial = full.to_vec();
            partial.remove(i);
            assert!(of(&partial).unwrap_err().to_string().starts_with(name), "{name}");
        }
        let beyond = [("WORLD_SIZE", "2"), ("RANK", "2"), ("MASTER_ADDR", "a"), ("MASTER_PORT", "1")];
        assert!(of(&beyond).unwrap_err().to_string().contains("less than WORLD_SIZE"));
    }
}
