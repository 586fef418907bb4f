//! `Serialize` for the things of the model, by their fields, with the feature `serde`.

/// Declares which fields of a thing are written, under their own names.
macro_rules! fields {
    ($thing:ident { $($field:ident),* $(,)? }) => {
        /// A map of the fields: times in seconds since 1970, durations in seconds, what is unknown as null.
        #[cfg(feature = "serde")]
        impl serde::Serialize for $thing {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeStruct;

                let count = [$(stringify!($field)),*].len();
                let mut map = serializer.serialize_struct(stringify!($thing), count)?;
                $( map.serialize_field(stringify!($field), &$crate::live::fields::Written(&self.$field))?; )*
                map.end()
            }
        }

        #[cfg(feature = "serde")]
        impl $crate::live::fields::Field for $thing {
            fn write<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(self, serializer)
            }
        }
    };
}
pub(super) use fields;

#[cfg(feature = "serde")]
pub(super) use written::{Field, Written};

#[cfg(feature = "serde")]
mod written {
    use std::fmt::Display;
    use std::sync::Arc;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use serde::ser::{Serialize, SerializeSeq, Serializer};

    use crate::event::values::{ChannelState, ExtensionState, HangupCause, QueueMemberState};

    /// What a field can hold.
    pub(in crate::live) trait Field {
        fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
    }

    pub(in crate::live) struct Written<'a, T>(pub &'a T);

    impl<T: Field> Serialize for Written<'_, T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.write(serializer)
        }
    }

    macro_rules! plain {
        ($($kind:ty)*) => { $(
            impl Field for $kind {
                fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    self.serialize(serializer)
                }
            }
        )* };
    }

    plain!(String bool u32 u64 i32 f64);

    macro_rules! codes {
        ($($kind:ident)*) => { $(
            /// The name that people know; an unknown number as it is.
            impl Field for $kind {
                fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    match self {
                        $kind::Other(code) => serializer.serialize_i32(*code),
                        known => serializer.collect_str(known as &dyn Display),
                    }
                }
            }
        )* };
    }

    codes!(ChannelState HangupCause QueueMemberState ExtensionState);

    impl<T: Field> Field for Option<T> {
        fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Some(value) => serializer.serialize_some(&Written(value)),
                None => serializer.serialize_none(),
            }
        }
    }

    impl<T: Field> Field for Vec<T> {
        fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut list = serializer.serialize_seq(Some(self.len()))?;
            self.iter().try_for_each(|value| list.serialize_element(&Written(value)))?;
            list.end()
        }
    }

    impl<T: Field> Field for Arc<T> {
        fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            (**self).write(serializer)
        }
    }

    impl Field for SystemTime {
        fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_f64(self.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64())
        }
    }

    impl Field for Duration {
        fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_f64(self.as_secs_f64())
        }
    }
}
