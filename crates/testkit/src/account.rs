//! The cast: Anvil's accounts and what `script/config/anvil.toml` gives each.

use std::collections::BTreeMap;
use std::sync::Mutex;

use alloy::primitives::Address;
use alloy::signers::local::coins_bip39::English;
use alloy::signers::local::{MnemonicBuilder, PrivateKeySigner};

/// Index of one of Anvil's accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub u32);

/// Deployed the contracts and kept nothing.
pub const DEPLOYER: Account = Account(0);
/// Holds the roles OPERATOR and TRAINER and 100,000 POL.
pub const OPERATOR: Account = Account(1);
/// Holds the role GUARDIAN.
pub const GUARDIAN: Account = Account(2);
/// 1,000,000 POL each: together far above the quorum.
pub const VOTERS: [Account; 3] = [Account(3), Account(4), Account(5)];

/// One of 22 labelers with 10,000 POL each.
pub fn labeler(i: u32) -> Account {
    assert!(i < 22, "there are 22 labelers");
    Account(10 + i)
}

impl Account {
    /// The account's key. Derived once: stretching the mnemonic takes a while.
    pub fn signer(self) -> PrivateKeySigner {
        static DERIVED: Mutex<BTreeMap<u32, PrivateKeySigner>> = Mutex::new(BTreeMap::new());
        let mut derived = DERIVED.lock().expect("deriving a key does not panic");
        derived.entry(self.0).or_insert_with(|| self.derive()).clone()
    }

    fn derive(self) -> PrivateKeySigner {
        MnemonicBuilder::<English>::default()
            .phrase(localnet::DEV_MNEMONIC)
            .index(self.0)
            .and_then(|builder| builder.build())
            .expect("the dev mnemonic is valid")
    }

    /// The account's address.
    pub fn address(self) -> Address {
        self.signer().address()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloy::primitives::address;

    #[test]
    fn accounts_are_those_of_anvil() {
        assert_eq!(DEPLOYER.address(), address!("f39Fd6e51aad88F6F4ce6aB8827279cffFb92266"));
        assert_eq!(OPERATOR.address(), address!("70997970C51812dc3A010C7d01b50e0d17dc79C8"));
    }
}
