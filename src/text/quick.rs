//! Maps and sets for keys of our own tables: hashed quickly, without a defence against keys that are chosen to collide.

use foldhash::fast::FixedState;

/// A map whose keys are of our own tables.
pub(crate) type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;
/// A set of words of our own tables.
pub(crate) type HashSet<T> = std::collections::HashSet<T, FixedState>;
