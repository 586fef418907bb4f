//! Security: who tried to get in, and how it went.
//!
//! `Response` of [`ChallengeResponseFailed`] is what the peer answered, not the status of an action.

use super::prelude::*;

events! {
    /// Sent when a peer has proved who it is.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`ChallengeSent`], [`ChallengeResponseFailed`], [`InvalidPassword`] and [`InvalidAccountID`].
    SuccessfulAuth {
        source: group SecuritySource[""],
        /// Whether it gave a password, and not the answer to a challenge.
        using_password: Flag["UsingPassword"],
    }

    /// Sent when a peer is asked to prove who it is.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`SuccessfulAuth`], [`ChallengeResponseFailed`], [`InvalidPassword`] and [`InvalidAccountID`].
    ChallengeSent {
        source: group SecuritySource[""],
        challenge: Text["Challenge"],
    }

    /// Sent when a peer's answer to a challenge is wrong.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`ChallengeSent`], [`SuccessfulAuth`], [`InvalidPassword`] and [`InvalidAccountID`].
    ChallengeResponseFailed {
        source: group SecuritySource[""],
        challenge: Text["Challenge"],
        response: Text["Response"],
        expected_response: Text["ExpectedResponse"],
    }

    /// Sent when a peer's password is wrong.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`ChallengeSent`], [`SuccessfulAuth`], [`ChallengeResponseFailed`] and [`InvalidAccountID`].
    InvalidPassword {
        source: group SecuritySource[""],
        challenge: Text["Challenge"],
        received_challenge: Text["ReceivedChallenge"],
        received_hash: Text["ReceivedHash"],
    }

    /// Sent when a peer gives an account that does not exist.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`ChallengeSent`], [`SuccessfulAuth`], [`ChallengeResponseFailed`] and [`InvalidPassword`].
    InvalidAccountID {
        source: group SecuritySource[""],
    }

    /// Sent when a peer comes over a transport that its account does not allow.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`AuthMethodNotAllowed`], [`FailedACL`] and [`UnexpectedAddress`].
    InvalidTransport {
        source: group SecuritySource[""],
        attempted_transport: Text["AttemptedTransport"],
    }

    /// Sent when a peer wants to prove who it is in a way that is not allowed.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`InvalidTransport`], [`FailedACL`] and [`UnexpectedAddress`].
    AuthMethodNotAllowed {
        source: group SecuritySource[""],
        auth_method: Text["AuthMethod"],
    }

    /// Sent when an access list refuses a peer's address.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`InvalidTransport`], [`AuthMethodNotAllowed`] and [`UnexpectedAddress`].
    FailedACL {
        source: group SecuritySource[""],
        acl_name: Text["ACLName"],
    }

    /// Sent when a request comes from another address than its session's.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`InvalidTransport`], [`AuthMethodNotAllowed`] and [`FailedACL`].
    UnexpectedAddress {
        source: group SecuritySource[""],
        expected_address: Text["ExpectedAddress"],
    }

    /// Sent when a request cannot be read.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`RequestNotAllowed`] and [`RequestNotSupported`].
    RequestBadFormat {
        source: group SecuritySource[""],
        request_type: Text["RequestType"],
        request_params: Text["RequestParams"],
    }

    /// Sent when a peer asks for what its account does not allow.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`RequestBadFormat`] and [`RequestNotSupported`].
    RequestNotAllowed {
        source: group SecuritySource[""],
        request_type: Text["RequestType"],
        request_params: Text["RequestParams"],
    }

    /// Sent when a peer asks for what Asterisk does not know.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`RequestBadFormat`] and [`RequestNotAllowed`].
    RequestNotSupported {
        source: group SecuritySource[""],
        request_type: Text["RequestType"],
    }

    /// Sent when a peer is refused because it has too many sessions.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`MemoryLimit`] and [`LoadAverageLimit`].
    SessionLimit {
        source: group SecuritySource[""],
    }

    /// Sent when a request is refused because Asterisk is out of memory.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`SessionLimit`] and [`LoadAverageLimit`].
    MemoryLimit {
        source: group SecuritySource[""],
    }

    /// Sent when a request is refused because the machine's load is too high.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`SessionLimit`] and [`MemoryLimit`].
    LoadAverageLimit {
        source: group SecuritySource[""],
    }
}
