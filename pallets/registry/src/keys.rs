//! Encryption keys and their versions.

use crate::*;

impl<T: Config> Pallet<T> {
    /// The encryption keys of a member by version, the current one last, from the one after `cursor`, at most `limit`. The
    /// moment is when the key was replaced, in milliseconds; `None` for the current one.
    pub fn keys_page(
        member: MemberId,
        cursor: Option<KeyVersion>,
        limit: u32,
    ) -> Vec<(KeyVersion, EncryptionKey, Option<Moment>)> {
        let Some((_, found)) = Self::member_by_id(member) else { return Vec::new() };
        let current = (found.encryption_key, found.key_version);
        versions_page(current, cursor, limit, |version| EarlierKeys::<T>::get(member, version))
    }

    /// The encryption keys of an administrator; as [`Self::keys_page`].
    pub fn administrator_keys_page(
        administrator: &T::AccountId,
        cursor: Option<KeyVersion>,
        limit: u32,
    ) -> Vec<(KeyVersion, EncryptionKey, Option<Moment>)> {
        let Some(current) = Self::administrator_key(administrator) else { return Vec::new() };
        versions_page(current, cursor, limit, |version| EarlierAdministratorKeys::<T>::get(administrator, version))
    }

    /// Gives a member another encryption key and lists the one before. The caller stores the member.
    pub(crate) fn do_rotate(member: &mut Member, key: EncryptionKey) -> DispatchResult {
        ensure!(!is_small_order(&key), Error::<T>::EncryptionKeyTooWeak);
        ensure!(member.encryption_key != key, Error::<T>::KeyUnchanged);
        let key_version = member.key_version.checked_add(1).ok_or(ArithmeticError::Overflow)?;

        let earlier = EarlierKey { key: member.encryption_key, replaced_at: T::Time::now() };
        EarlierKeys::<T>::insert(member.id, member.key_version, earlier);
        member.encryption_key = key;
        member.key_version = key_version;
        Ok(())
    }
}

/// Versions run from [`FIRST_KEY_VERSION`] to the current one without a gap.
fn versions_page(
    (current, current_version): (EncryptionKey, KeyVersion),
    cursor: Option<KeyVersion>,
    limit: u32,
    earlier: impl Fn(KeyVersion) -> Option<EarlierKey>,
) -> Vec<(KeyVersion, EncryptionKey, Option<Moment>)> {
    let first = cursor.map_or(FIRST_KEY_VERSION, |version| version.saturating_add(1)).max(FIRST_KEY_VERSION);
    (first..=current_version)
        .take(limit as usize)
        .filter_map(|version| {
            if version == current_version {
                return Some((version, current, None));
            }
            earlier(version).map(|earlier| (version, earlier.key, Some(earlier.replaced_at)))
        })
        .collect()
}
