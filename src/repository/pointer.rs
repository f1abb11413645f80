//! Pointers of Git LFS: what a checkout without the large files has in their place.

/// Longest pointer, in bytes (Git LFS specification).
pub const MAX: usize = 1024;

/// The size of the file that a pointer stands for.
/// Source: <https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md>
#[must_use]
pub fn read(bytes: &[u8]) -> Option<u64> {
    if bytes.len() >= MAX || !bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
        return None;
    }
    let text = std::str::from_utf8(bytes).ok()?;
    text.lines().find_map(|line| line.strip_prefix("size ")?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    #[test]
    fn gives_the_size() {
        let text = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4321\n";
        assert_eq!(super::read(text.as_bytes()), Some(4321));
        assert_eq!(super::read(b"{\"version\": 1}"), None);
        assert_eq!(super::read(b"version https://git-lfs.github.com/spec/v1\n"), None);
    }
}
