//! The rules of phone verification by SMS.
