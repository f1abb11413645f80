//! What licences ask for, and whether the terms of a model hold together with those of what it
//! derives from.
//!
//! Licences are data (`rules/licenses/`): restrictions and duties as atoms with a scope, each with the
//! section of the text that it stands in. [`resolve()`] takes a declaration to entries of that data,
//! [`judge()`] compares a published licence with those of its inputs. Neither guesses: unknown is a value,
//! and never becomes `ok`. Nothing here is legal advice.

pub mod advice;
pub mod families;
pub mod judge;
pub mod knowledge;
pub mod lineage;
pub mod names;
pub mod policy;
pub mod resolve;
pub mod text;

pub use judge::{Input, Judgement, Published, Relation, Role, Verdict, judge};
pub use knowledge::{
    Atom, BaseModel, Class, License, Scope, Term, base_model, base_model_called, find, ids, is_copyist, licenses,
    unmarked,
};
pub use lineage::{Lookup, Nothing, Origin, Stated};
pub use resolve::{Declared, Terms, resolve};
