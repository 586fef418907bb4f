//! Call completion: calling back when somebody who was busy or absent is free.
//!
//! A request runs through these events under one `CoreID`, from the offer to the recall. The manager needs the
//! class `cc` to see them.

use super::prelude::*;

events! {
    /// Sent when call completion could be offered for a call that failed.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCOfferTimerStart`], [`CCRequested`] and [`CCFailure`].
    CCAvailable {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device that was called.
        callee: Text["Callee"],
        /// `CCBS` for one that was busy, `CCNR` for one that did not answer, `CCNL` for one not logged in.
        service: Text["Service"],
    }

    /// Sent when the time in which the caller may ask for call completion begins.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCAvailable`], [`CCRequested`] and [`CCFailure`].
    CCOfferTimerStart {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device of the caller.
        caller: Text["Caller"],
        /// How long the offer stands.
        expires: Seconds["Expires"],
    }

    /// Sent when a caller asks for call completion.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCAvailable`], [`CCOfferTimerStart`], [`CCFailure`] and [`CCRequestAcknowledged`].
    CCRequested {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device that called and wants to be called back, such as `PJSIP/100`.
        caller: Text["Caller"],
        /// The device that was called in vain, such as `PJSIP/200`.
        callee: Text["Callee"],
    }

    /// Sent when the caller's request is accepted.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCRequested`], [`CCFailure`], [`CCCallerRecalling`] and [`CCCallerStartMonitoring`].
    CCRequestAcknowledged {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device that called and wants to be called back, such as `PJSIP/100`.
        caller: Text["Caller"],
    }

    /// Sent when the callee is free, the caller is not, and Asterisk waits for the caller.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCRequestAcknowledged`], [`CCCallerRecalling`] and [`CCCallerStopMonitoring`].
    CCCallerStartMonitoring {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device that called and wants to be called back, such as `PJSIP/100`.
        caller: Text["Caller"],
    }

    /// Sent when a caller that Asterisk waited for is free.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCCallerStartMonitoring`].
    CCCallerStopMonitoring {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device that called and wants to be called back, such as `PJSIP/100`.
        caller: Text["Caller"],
    }

    /// Sent when the caller answers the recall and the callee is called again.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCRequestAcknowledged`], [`CCCallerStartMonitoring`], [`CCRecallComplete`] and [`CCFailure`].
    CCCallerRecalling {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device that called and wants to be called back, such as `PJSIP/100`.
        caller: Text["Caller"],
    }

    /// Sent when the recall has reached the callee.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCCallerRecalling`] and [`CCFailure`].
    CCRecallComplete {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device that called and wants to be called back, such as `PJSIP/100`.
        caller: Text["Caller"],
    }

    /// Sent when call completion comes to nothing.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCAvailable`], [`CCOfferTimerStart`], [`CCRequested`], [`CCRecallComplete`] and
    /// [`CCMonitorFailed`].
    CCFailure {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device that called and wants to be called back, such as `PJSIP/100`.
        caller: Text["Caller"],
        /// Why, in words.
        reason: Text["Reason"],
    }

    /// Sent when one of the devices that the caller waits for can no longer be watched.
    ///
    /// Class `cc`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`CCFailure`].
    CCMonitorFailed {
        /// The number of this call completion; it is the same in all its events.
        core_id: i32["CoreID"],
        /// The device that was called in vain, such as `PJSIP/200`.
        callee: Text["Callee"],
    }
}
