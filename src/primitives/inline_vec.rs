//! A list that lives on the stack until it is long.

/// Up to `N` items without an allocation, more with one.
#[derive(Clone, Debug)]
pub(crate) struct InlineVec<T, const N: usize> {
    inline: [T; N],
    len: usize,
    spilled: Vec<T>,
}

impl<T: Copy + Default, const N: usize> InlineVec<T, N> {
    pub(crate) fn new() -> Self {
        Self {
            inline: [T::default(); N],
            len: 0,
            spilled: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, item: T) {
        match self.inline.get_mut(self.len) {
            Some(slot) if self.spilled.is_empty() => {
                *slot = item;
                self.len += 1;
            }
            _ => {
                if self.spilled.is_empty() {
                    self.spilled.extend_from_slice(&self.inline);
                    self.len = 0;
                }
                self.spilled.push(item);
            }
        }
    }

    /// What has spilled stays so until it is empty.
    pub(crate) fn pop(&mut self) {
        if self.spilled.pop().is_none() {
            self.len = self.len.saturating_sub(1);
        }
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        if self.spilled.is_empty() {
            self.inline.split_at(self.len).0
        } else {
            &self.spilled
        }
    }

    pub(crate) fn as_mut_slice(&mut self) -> &mut [T] {
        if self.spilled.is_empty() {
            self.inline.split_at_mut(self.len).0
        } else {
            &mut self.spilled
        }
    }
}

impl<T: Copy + Default, const N: usize> FromIterator<T> for InlineVec<T, N> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut list = Self::new();
        for item in items {
            list.push(item);
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_above_the_capacity_go_to_the_heap_and_come_back() {
        let mut list = InlineVec::<u8, 2>::new();
        assert!(list.as_slice().is_empty());
        for n in 0..5 {
            list.push(n);
        }
        assert_eq!(list.as_slice(), [0, 1, 2, 3, 4]);
        for _ in 0..3 {
            list.pop();
        }
        assert_eq!(list.as_slice(), [0, 1]);
        list.push(9);
        assert_eq!(list.as_slice(), [0, 1, 9]);
        list.as_mut_slice().reverse();
        assert_eq!(list.as_slice(), [9, 1, 0]);
        for _ in 0..4 {
            list.pop();
        }
        assert!(list.as_slice().is_empty());
    }
}
