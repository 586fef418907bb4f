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
        /// The challenge that the peer was to answer.
        challenge: Text["Challenge"],
    }

    /// Sent when a peer's answer to a challenge is wrong.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`ChallengeSent`], [`SuccessfulAuth`], [`InvalidPassword`] and [`InvalidAccountID`].
    ChallengeResponseFailed {
        source: group SecuritySource[""],
        /// The challenge that the peer was to answer.
        challenge: Text["Challenge"],
        /// What the peer answered.
        response: Text["Response"],
        /// What would have been right.
        expected_response: Text["ExpectedResponse"],
    }

    /// Sent when a peer's password is wrong.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`ChallengeSent`], [`SuccessfulAuth`], [`ChallengeResponseFailed`] and [`InvalidAccountID`].
    InvalidPassword {
        source: group SecuritySource[""],
        /// The challenge that the peer was to answer.
        challenge: Text["Challenge"],
        /// The challenge that the peer says it answers.
        received_challenge: Text["ReceivedChallenge"],
        /// The digest that the peer sent.
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
        /// The transport that the peer came over, such as `UDP`.
        attempted_transport: Text["AttemptedTransport"],
    }

    /// Sent when a peer wants to prove who it is in a way that is not allowed.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`InvalidTransport`], [`FailedACL`] and [`UnexpectedAddress`].
    AuthMethodNotAllowed {
        source: group SecuritySource[""],
        /// The method that the peer wanted.
        auth_method: Text["AuthMethod"],
    }

    /// Sent when an access list refuses a peer's address.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`InvalidTransport`], [`AuthMethodNotAllowed`] and [`UnexpectedAddress`].
    FailedACL {
        source: group SecuritySource[""],
        /// The access list that refused; empty if it has no name.
        acl_name: Text["ACLName"],
    }

    /// Sent when a request comes from another address than its session's.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`InvalidTransport`], [`AuthMethodNotAllowed`] and [`FailedACL`].
    UnexpectedAddress {
        source: group SecuritySource[""],
        /// Protocol, transport, address and port that the session had before.
        expected_address: Text["ExpectedAddress"],
    }

    /// Sent when a request cannot be read.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`RequestNotAllowed`] and [`RequestNotSupported`].
    RequestBadFormat {
        source: group SecuritySource[""],
        /// What was asked for, such as an action's name or a SIP method.
        request_type: Text["RequestType"],
        /// What came with the request.
        request_params: Text["RequestParams"],
    }

    /// Sent when a peer asks for what its account does not allow.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`RequestBadFormat`] and [`RequestNotSupported`].
    RequestNotAllowed {
        source: group SecuritySource[""],
        /// What was asked for, such as an action's name or a SIP method.
        request_type: Text["RequestType"],
        /// What came with the request.
        request_params: Text["RequestParams"],
    }

    /// Sent when a peer asks for what Asterisk does not know.
    ///
    /// Class `security`. Asterisk 12 to 23.
    ///
    /// Goes with [`RequestBadFormat`] and [`RequestNotAllowed`].
    RequestNotSupported {
        source: group SecuritySource[""],
        /// What was asked for, such as an action's name or a SIP method.
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
