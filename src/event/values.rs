//! The types of headers that are more than text.

use std::borrow::Cow;
use std::fmt;

use super::raw::Event;
use super::read::Fill;
use super::record::{Show, Shown};

/// A type that a header's text can be read as: text, numbers, yes and no, and the enums of the catalogue.
///
/// [`Event::value`] reads a header with it.
///
/// # Examples
///
/// ```
/// use gami::{event::HangupCause, packet::Packet, Event};
///
/// let event = Event::from(Packet::new(b"Event: UserEvent\r\nPaused: yes\r\nCause: 17\r\nWait: soon\r\n"));
/// assert_eq!(event.value::<bool>("Paused"), Some(true));
/// assert_eq!(event.value::<HangupCause>("Cause"), Some(HangupCause::UserBusy));
/// assert_eq!(event.value::<u32>("Wait"), None);
/// ```
pub trait Value<'a>: Sized {
    /// The value, or `None` if the text is empty or cannot be read.
    fn read(text: &'a str) -> Option<Self>;
}

impl Event {
    /// The first value of a header, its name in any case; `None` if there is no such header, or if it is empty or
    /// cannot be read as this type.
    pub fn value<'a, T: Value<'a>>(&'a self, key: &str) -> Option<T> {
        self.get(key).and_then(T::read)
    }
}

impl<'a> Value<'a> for &'a str {
    fn read(text: &'a str) -> Option<Self> {
        (!text.is_empty()).then_some(text)
    }
}

macro_rules! numbers {
    ($($number:ty as $wide:ident $shown:ident),*) => { $(
        impl Value<'_> for $number {
            fn read(text: &str) -> Option<Self> {
                // Most numbers stand alone, and then nothing has to be looked for.
                text.parse().or_else(|_| number(text).parse()).ok()
            }
        }

        impl Show for Option<$number> {
            fn show(&self) -> Option<Shown<'_>> {
                self.map(|number| Shown::$shown($wide::from(number)))
            }
        }
    )* };
}

numbers!(u32 as u64 Unsigned, u64 as u64 Unsigned, i32 as i64 Signed, i64 as i64 Signed, f64 as f64 Float);

/// Seconds since 1970 of a clock that Asterisk prints as `SentNTP`.
///
/// In late versions six digits after the dot are a decimal fraction. Before, the digits, mostly more, are the
/// microseconds times 4,096.
pub(crate) struct NtpTime<'f>(pub(crate) &'f mut Option<f64>);

impl<'a> Fill<'a> for NtpTime<'_> {
    fn fill(&mut self, text: &'a str) {
        let text = text.trim_ascii();
        *self.0 = match text.split_once('.') {
            Some((seconds, rest)) if rest.len() > 6 => match (seconds.parse::<u64>(), rest.parse::<u64>()) {
                (Ok(seconds), Ok(rest)) => Some(seconds as f64 + (rest / 4096) as f64 / 1e6),
                _ => None,
            },
            _ => text.parse().ok(),
        };
    }
}

/// The number before what may explain it, as in `200(SR)` or `0.0310(sec)`.
fn number(text: &str) -> &str {
    text.split_once('(').map_or(text, |(number, _)| number).trim_ascii()
}

/// Where a word in any case stands in a list, of which each place has the spellings of one value.
#[inline(never)] // once for all enums
fn place(text: &str, words: &[&[&str]]) -> Option<usize> {
    words.iter().position(|spellings| spellings.iter().any(|word| text.eq_ignore_ascii_case(word)))
}

/// In every spelling that Asterisk uses: yes and no, true and false, on and off, 1 and 0, enabled and
/// disabled, y and n, t and f, without regard to case.
impl Value<'_> for bool {
    fn read(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        let is = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
        match text.as_bytes().first()? {
            b'1' if text == "1" => Some(true),
            b'0' if text == "0" => Some(false),
            _ if is(&["yes", "true", "on", "enabled", "y", "t"]) => Some(true),
            _ if is(&["no", "false", "off", "disabled", "n", "f"]) => Some(false),
            _ => None,
        }
    }
}

/// Declares an enum of values that Asterisk sends as words; an unknown word is kept.
macro_rules! words {
    ($(
        $(#[$doc:meta])*
        $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $word:literal $(| $other:literal)*, )+ }
    )+) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name<'a> {
            $( $(#[$variant_doc])* #[doc = concat!("`", $word, "`.")] $variant, )+
            /// A word that this version of the crate does not know, as it came.
            Other(&'a str),
        }

        impl<'a> $name<'a> {
            /// The word as Asterisk spells it.
            pub fn as_str(&self) -> &'a str {
                match self {
                    $( Self::$variant => $word, )+
                    Self::Other(word) => word,
                }
            }
        }

        impl<'a> Value<'a> for $name<'a> {
            fn read(text: &'a str) -> Option<Self> {
                let values = const { &[$( Self::$variant ),+] };
                match place(text, const { &[$( &[$word $(, $other)*] ),+] }) {
                    Some(place) => Some(values[place]),
                    None => (!text.is_empty()).then_some(Self::Other(text)),
                }
            }
        }

        impl fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl Show for Option<$name<'_>> {
            fn show(&self) -> Option<Shown<'_>> {
                self.as_ref().map(|word| Shown::Word(word.as_str(), word))
            }
        }
    )+ };
}

/// Declares an enum of values that Asterisk sends as numbers; an unknown number is kept.
macro_rules! codes {
    ($(
        $(#[$doc:meta])*
        $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $code:literal $text:literal, )+ }
    )+) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$variant_doc])* #[doc = concat!("`", $code, "`: ", $text, ".")] $variant, )+
            /// A number that this version of the crate does not know.
            Other(i32),
        }

        impl $name {
            /// The number that Asterisk uses.
            pub fn code(&self) -> i32 {
                match self {
                    $( Self::$variant => $code, )+
                    Self::Other(code) => *code,
                }
            }

            /// The name that people know; empty for an unknown number.
            pub fn as_str(&self) -> &'static str {
                match self {
                    $( Self::$variant => $text, )+
                    Self::Other(_) => "",
                }
            }
        }

        impl From<i32> for $name {
            fn from(code: i32) -> Self {
                match code {
                    $( $code => Self::$variant, )+
                    code => Self::Other(code),
                }
            }
        }

        impl From<$name> for i32 {
            fn from(code: $name) -> Self {
                code.code()
            }
        }

        impl Value<'_> for $name {
            fn read(text: &str) -> Option<Self> {
                let values = const { &[$( Self::$variant ),+] };
                match i32::read(text) {
                    Some(code) => Some(code.into()),
                    None => place(text, const { &[$( &[$text] ),+] }).map(|place| values[place]),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self {
                    Self::Other(code) => f.pad(&code.to_string()),
                    known => f.pad(known.as_str()),
                }
            }
        }

        impl Show for Option<$name> {
            fn show(&self) -> Option<Shown<'_>> {
                self.as_ref().map(|code| Shown::Code(code.code(), code.as_str(), code))
            }
        }
    )+ };
}

codes! {
    /// What a channel is doing, the header `ChannelState`.
    ///
    /// In [`ChannelSnapshot`](crate::event::ChannelSnapshot), [`Masquerade`](crate::event::Masquerade) and
    /// [`Status`](crate::event::Status).
    ChannelState {
        Down = 0 "Down",
        Reserved = 1 "Rsrvd",
        OffHook = 2 "OffHook",
        Dialing = 3 "Dialing",
        /// The call of this channel is on its way to another, which may ring: the side of the caller.
        Ring = 4 "Ring",
        /// The phone of this channel rings: the side of the called.
        Ringing = 5 "Ringing",
        Up = 6 "Up",
        Busy = 7 "Busy",
        DialingOffHook = 8 "Dialing Offhook",
        /// A call has come in and waits for digits.
        PreRing = 9 "Pre-ring",
    }

    /// Why a channel was hung up: the causes of Q.850, with the numbers that Asterisk gives them.
    ///
    /// In [`Hangup`](crate::event::Hangup), [`HangupRequest`](crate::event::HangupRequest) and
    /// [`SoftHangupRequest`](crate::event::SoftHangupRequest).
    HangupCause {
        /// No cause was given.
        NotDefined = 0 "Unknown",
        Unallocated = 1 "Unallocated (unassigned) number",
        NoRouteTransitNet = 2 "No route to specified transmit network",
        NoRouteDestination = 3 "No route to destination",
        SendSpecialTone = 4 "Send special information tone",
        MisdialledTrunkPrefix = 5 "Misdialed Trunk Prefix",
        ChannelUnacceptable = 6 "Channel unacceptable",
        CallAwardedDelivered = 7 "Call awarded and being delivered in an established channel",
        Preempted = 8 "Pre-empted",
        PreemptedCircuitReserved = 9 "Pre-empted, circuit reserved for reuse",
        NumberPortedNotHere = 14 "Number not here",
        NormalClearing = 16 "Normal Clearing",
        UserBusy = 17 "User busy",
        NoUserResponse = 18 "No user responding",
        NoAnswer = 19 "User alerting, no answer",
        SubscriberAbsent = 20 "Subscriber absent",
        CallRejected = 21 "Call Rejected",
        NumberChanged = 22 "Number changed",
        RedirectedToNewDestination = 23 "Redirected to new destination",
        RejectedByFeature = 24 "Call rejected due to feature at the destination",
        ExchangeRoutingError = 25 "Exchange routing error",
        AnsweredElsewhere = 26 "Answered elsewhere",
        DestinationOutOfOrder = 27 "Destination out of order",
        InvalidNumberFormat = 28 "Invalid number format",
        FacilityRejected = 29 "Facility rejected",
        ResponseToStatusEnquiry = 30 "Response to STATus ENQuiry",
        NormalUnspecified = 31 "Normal, unspecified",
        NormalCircuitCongestion = 34 "Circuit/channel congestion",
        NetworkOutOfOrder = 38 "Network out of order",
        FrameModeOutOfService = 39 "Permanent frame mode connection out of service",
        FrameModeOperational = 40 "Permanent frame mode connection operational",
        NormalTemporaryFailure = 41 "Temporary failure",
        SwitchCongestion = 42 "Switching equipment congestion",
        AccessInfoDiscarded = 43 "Access information discarded",
        RequestedChanUnavail = 44 "Requested channel not available",
        PrecedenceCallBlocked = 46 "Precedence call blocked",
        ResourceUnavailable = 47 "Resource unavailable, unspecified",
        QualityOfServiceUnavailable = 49 "Quality of service not available",
        FacilityNotSubscribed = 50 "Facility not subscribed",
        OutgoingCallBarred = 52 "Outgoing call barred",
        OutgoingCallBarredInGroup = 53 "Outgoing call barred within closed user group",
        IncomingCallBarred = 54 "Incoming call barred",
        IncomingCallBarredInGroup = 55 "Incoming call barred within closed user group",
        BearerCapabilityNotAuth = 57 "Bearer capability not authorized",
        BearerCapabilityNotAvail = 58 "Bearer capability not available",
        AccessInfoInconsistent = 62 "Inconsistency in outgoing access information and subscriber class",
        ServiceUnavailable = 63 "Service or option not available, unspecified",
        BearerCapabilityNotImpl = 65 "Bearer capability not implemented",
        ChanNotImplemented = 66 "Channel not implemented",
        FacilityNotImplemented = 69 "Facility not implemented",
        OnlyRestrictedDigital = 70 "Only restricted digital information bearer capability available",
        ServiceNotImplemented = 79 "Service or option not implemented, unspecified",
        InvalidCallReference = 81 "Invalid call reference value",
        ChannelNonexist = 82 "Identified channel does not exist",
        SuspendedCallOtherIdentity = 83 "Suspended call exists, but not this call identity",
        CallIdentityInUse = 84 "Call identity in use",
        NoCallSuspended = 85 "No call suspended",
        CallIdentityCleared = 86 "Call with the requested call identity has been cleared",
        NotMemberOfGroup = 87 "User not member of closed user group",
        IncompatibleDestination = 88 "Incompatible destination",
        GroupNonexist = 90 "Closed user group does not exist",
        InvalidTransitNetwork = 91 "Invalid transit network selection",
        InvalidMsgUnspecified = 95 "Invalid message unspecified",
        MandatoryIeMissing = 96 "Mandatory information element is missing",
        MessageTypeNonexist = 97 "Message type nonexist.",
        WrongMessage = 98 "Wrong message",
        IeNonexist = 99 "Info. element nonexist or not implemented",
        InvalidIeContents = 100 "Invalid information element contents",
        WrongCallState = 101 "Message not compatible with call state",
        RecoveryOnTimerExpire = 102 "Recover on timer expiry",
        MandatoryIeLengthError = 103 "Mandatory IE length error",
        UnrecognizedParameterDiscarded = 110 "Message with unrecognized parameter, discarded",
        ProtocolError = 111 "Protocol error, unspecified",
        Interworking = 127 "Interworking, unspecified",
    }

    /// The kind of an RTCP packet.
    ///
    /// In [`RTCPReceived`](crate::event::RTCPReceived) and [`RTCPSent`](crate::event::RTCPSent).
    RtcpType {
        SenderReport = 200 "SR",
        ReceiverReport = 201 "RR",
    }

    /// Why an originated call went as it did, the header `Reason` of an `OriginateResponse`.
    ///
    /// In [`OriginateResponse`](crate::event::OriginateResponse).
    OriginateReason {
        /// The destination does not exist or could not be reached.
        Failure = 0 "Failure",
        Hangup = 1 "Hangup",
        /// It still rang when the time was up.
        NoAnswer = 3 "No answer",
        Answered = 4 "Answered",
        Busy = 5 "Busy",
        Congestion = 8 "Congestion",
    }

    /// The state of a queue member's device, the header `Status` of `QueueMember` and its like.
    ///
    /// In [`MemberSnapshot`](crate::event::MemberSnapshot).
    QueueMemberState {
        Unknown = 0 "Unknown",
        NotInUse = 1 "Not in use",
        InUse = 2 "In use",
        Busy = 3 "Busy",
        Invalid = 4 "Invalid",
        Unavailable = 5 "Unavailable",
        Ringing = 6 "Ringing",
        RingInUse = 7 "Ring+Inuse",
        OnHold = 8 "On Hold",
    }

    /// The state of an extension with a hint, the header `Status` of `ExtensionStatus`.
    ///
    /// In [`ExtensionStatus`](crate::event::ExtensionStatus).
    ExtensionState {
        /// The extension is gone.
        Removed = -2 "Extension Removed",
        /// The extension has no hint any more.
        Deactivated = -1 "Extension Deactivated",
        Idle = 0 "Idle",
        InUse = 1 "InUse",
        Busy = 2 "Busy",
        Unavailable = 4 "Unavailable",
        Ringing = 8 "Ringing",
        InUseRinging = 9 "InUse&Ringing",
        OnHold = 16 "Hold",
        InUseOnHold = 17 "InUse&Hold",
    }
}

words! {
    /// The state of a device, the header `State` of `DeviceStateChange`.
    ///
    /// In [`DeviceStateChange`](crate::event::DeviceStateChange), [`EndpointDetail`](crate::event::EndpointDetail)
    /// and [`EndpointList`](crate::event::EndpointList).
    DeviceState {
        Unknown = "UNKNOWN",
        NotInUse = "NOT_INUSE" | "Not in use",
        InUse = "INUSE" | "In use",
        Busy = "BUSY",
        Invalid = "INVALID",
        Unavailable = "UNAVAILABLE",
        Ringing = "RINGING",
        RingInUse = "RINGINUSE" | "Ring+Inuse",
        OnHold = "ONHOLD" | "On Hold",
    }

    /// How a dialled channel fares, or how it ended.
    ///
    /// In [`Dial`](crate::event::Dial), [`DialEnd`](crate::event::DialEnd) and
    /// [`DialState`](crate::event::DialState).
    DialStatus {
        Answer = "ANSWER",
        Busy = "BUSY",
        NoAnswer = "NOANSWER",
        Cancel = "CANCEL",
        Congestion = "CONGESTION",
        ChanUnavail = "CHANUNAVAIL",
        /// The caller's privacy list refused the call.
        DontCall = "DONTCALL",
        /// The caller's privacy list sent the caller to the torture script.
        Torture = "TORTURE",
        InvalidArgs = "INVALIDARGS",
        Abort = "ABORT",
        Continue = "CONTINUE",
        Goto = "GOTO",
        Ringing = "RINGING",
        Proceeding = "PROCEEDING",
        Progress = "PROGRESS",
    }

    /// What an agent of `app_agent_pool` or `chan_agent` does, the header `Status` of `Agents`.
    ///
    /// In [`Agents`](crate::event::Agents).
    AgentState {
        LoggedOff = "AGENT_LOGGEDOFF",
        Idle = "AGENT_IDLE",
        OnCall = "AGENT_ONCALL",
        Unknown = "AGENT_UNKNOWN",
    }

    /// Whether a channel sent the digit or received it.
    ///
    /// In [`DTMF`](crate::event::DTMF), [`DTMFBegin`](crate::event::DTMFBegin) and
    /// [`DTMFEnd`](crate::event::DTMFEnd).
    Direction {
        Received = "Received",
        Sent = "Sent",
    }

    /// Whether an originated call was answered, the header `Response` of an `OriginateResponse`.
    ///
    /// In [`OriginateResponse`](crate::event::OriginateResponse).
    OriginateStatus {
        Success = "Success",
        Failure = "Failure",
    }

    /// Whether two channels were bridged or parted, up to Asterisk 11.
    ///
    /// In [`Bridge`](crate::event::Bridge).
    BridgeState {
        Link = "Link",
        Unlink = "Unlink",
    }

    /// What became of a transfer.
    ///
    /// In [`AttendedTransfer`](crate::event::AttendedTransfer) and [`BlindTransfer`](crate::event::BlindTransfer).
    TransferResult {
        Success = "Success",
        /// Something inside Asterisk failed.
        Fail = "Fail",
        /// The channel or the destination does not allow it.
        Invalid = "Invalid",
        NotPermitted = "Not Permitted",
    }

    /// Where an attended transfer led.
    ///
    /// In [`AttendedTransfer`](crate::event::AttendedTransfer).
    TransferDestination {
        Bridge = "Bridge",
        App = "App",
        /// Two bridges were linked with a local channel.
        Link = "Link",
        Threeway = "Threeway",
        Fail = "Fail",
    }

    /// How a call record ended.
    ///
    /// In [`Cdr`](crate::event::Cdr).
    Disposition {
        NoAnswer = "NO ANSWER",
        Failed = "FAILED",
        Busy = "BUSY",
        Answered = "ANSWERED",
        Congestion = "CONGESTION",
    }

    /// What a call record is for: automatic message accounting.
    ///
    /// In [`CEL`](crate::event::CEL) and [`Cdr`](crate::event::Cdr).
    AmaFlags {
        Omit = "OMIT",
        Billing = "BILLING",
        Documentation = "DOCUMENTATION",
        Default = "DEFAULT",
    }

    /// What happened to a channel, the header `EventName` of a `CEL`.
    ///
    /// In [`CEL`](crate::event::CEL).
    CelEvent {
        ChanStart = "CHAN_START",
        ChanEnd = "CHAN_END",
        Answer = "ANSWER",
        Hangup = "HANGUP",
        BridgeEnter = "BRIDGE_ENTER",
        BridgeExit = "BRIDGE_EXIT",
        AppStart = "APP_START",
        AppEnd = "APP_END",
        ParkStart = "PARK_START",
        ParkEnd = "PARK_END",
        BlindTransfer = "BLINDTRANSFER",
        AttendedTransfer = "ATTENDEDTRANSFER",
        Pickup = "PICKUP",
        Forward = "FORWARD",
        /// The last channel of a call is gone.
        LinkedidEnd = "LINKEDID_END",
        LocalOptimizeBegin = "LOCAL_OPTIMIZE_BEGIN",
        LocalOptimize = "LOCAL_OPTIMIZE",
        StreamBegin = "STREAM_BEGIN",
        StreamEnd = "STREAM_END",
        Dtmf = "DTMF",
        UserDefined = "USER_DEFINED",
        /// Up to Asterisk 11; then `BRIDGE_ENTER`.
        BridgeStart = "BRIDGE_START",
        /// Up to Asterisk 11; then `BRIDGE_EXIT`.
        BridgeEnd = "BRIDGE_END",
        /// Up to Asterisk 11.
        BridgeUpdate = "BRIDGE_UPDATE",
        /// Up to Asterisk 11.
        ConfStart = "CONF_START",
        /// Up to Asterisk 11.
        ConfEnd = "CONF_END",
    }

    /// What a charge is counted in.
    ///
    /// In [`Charge`](crate::event::Charge).
    AocType {
        NotAvailable = "NotAvailable",
        Free = "Free",
        Currency = "Currency",
        Units = "Units",
    }

    /// Who pays, and why.
    ///
    /// In [`Charge`](crate::event::Charge).
    AocBilling {
        Normal = "Normal",
        Reverse = "Reverse",
        CreditCard = "CreditCard",
        CallForwardingUnconditional = "CallForwardingUnconditional",
        CallForwardingBusy = "CallForwardingBusy",
        CallForwardingNoReply = "CallForwardingNoReply",
        CallDeflection = "CallDeflection",
        CallTransfer = "CallTransfer",
        NotAvailable = "NotAvailable",
    }

    /// Whether a charge is what the call cost so far or in the end.
    ///
    /// In [`Charge`](crate::event::Charge).
    AocTotal {
        SubTotal = "SubTotal",
        Total = "Total",
    }

    /// What a rate is charged for.
    ///
    /// In [`Rate`](crate::event::Rate).
    AocRateType {
        NotAvailable = "NotAvailable",
        Free = "Free",
        FreeFromBeginning = "FreeFromBeginning",
        Duration = "Duration",
        /// A fixed amount; Asterisk's documentation spells it `Flag`.
        Flat = "Flat" | "Flag",
        Volume = "Volume",
        SpecialCode = "SpecialCode",
    }

    /// The unit of a rate by volume.
    ///
    /// In [`Rate`](crate::event::Rate).
    AocUnit {
        /// Asterisk also spells it `Octect`.
        Octet = "Octet" | "Octect",
        Segment = "Segment",
        Message = "Message",
    }

    /// What a fax session does.
    ///
    /// In [`FAXSession`](crate::event::FAXSession), [`FAXSessionsEntry`](crate::event::FAXSessionsEntry) and
    /// [`FAXStatus`](crate::event::FAXStatus).
    FaxOperation {
        Gateway = "gateway",
        V21 = "V.21",
        Send = "send",
        Receive = "receive",
        None = "none",
    }

    /// How far a fax session is.
    ///
    /// In [`FAXSession`](crate::event::FAXSession) and [`FAXSessionsEntry`](crate::event::FAXSessionsEntry).
    FaxState {
        Uninitialized = "Uninitialized",
        Initialized = "Initialized",
        Open = "Open",
        Active = "Active",
        Complete = "Complete",
        Reserved = "Reserved",
        Inactive = "Inactive",
        Unknown = "Unknown",
    }

    /// How a fax travels.
    ///
    /// In [`FAXSessionsEntry`](crate::event::FAXSessionsEntry).
    FaxSessionType {
        /// As audio.
        G711 = "G.711",
        T38 = "T.38",
    }

    /// What is known of a peer, the header `PeerStatus`.
    ///
    /// In [`PeerStatus`](crate::event::PeerStatus).
    PeerState {
        Unknown = "Unknown",
        Registered = "Registered",
        Unregistered = "Unregistered",
        Rejected = "Rejected",
        Reachable = "Reachable",
        /// It answers, but late.
        Lagged = "Lagged",
        Unreachable = "Unreachable",
        /// Nobody asks whether it is there; from `SIPpeerstatus` alone.
        Unmonitored = "Unmonitored",
    }

    /// How a registration with another server stands.
    ///
    /// In [`OutboundRegistrationDetail`](crate::event::OutboundRegistrationDetail) and
    /// [`Registry`](crate::event::Registry).
    RegistryState {
        Registered = "Registered",
        Unregistered = "Unregistered",
        Rejected = "Rejected",
        Failed = "Failed",
        /// `chan_sip` and IAX2.
        RequestSent = "Request Sent",
        /// `chan_sip` and IAX2.
        AuthSent = "Auth. Sent",
        /// `chan_sip` and IAX2.
        Timeout = "Timeout",
        /// `chan_sip` and IAX2.
        NoAuthentication = "No Authentication",
        /// `chan_sip` and IAX2.
        Unknown = "Unknown",
    }

    /// What is known of a contact of a PJSIP endpoint.
    ///
    /// In [`ContactList`](crate::event::ContactList), [`ContactStatus`](crate::event::ContactStatus) and
    /// [`ContactStatusDetail`](crate::event::ContactStatusDetail).
    ContactState {
        Reachable = "Reachable",
        Unreachable = "Unreachable",
        /// Nobody asks whether it is there; Asterisk has two spellings.
        NonQualified = "NonQualified" | "Unqualified",
        Unknown = "Unknown",
        Created = "Created",
        Removed = "Removed",
        Updated = "Updated",
    }

    /// The presence of somebody.
    ///
    /// In [`PresenceStateChange`](crate::event::PresenceStateChange) and
    /// [`PresenceStatus`](crate::event::PresenceStatus).
    PresenceState {
        NotSet = "not_set",
        Unavailable = "unavailable",
        Available = "available",
        Away = "away",
        /// Away for long.
        ExtendedAway = "xa",
        Chat = "chat",
        DoNotDisturb = "dnd",
    }

    /// Who ended the call between a caller and a member of a queue.
    ///
    /// In [`AgentComplete`](crate::event::AgentComplete).
    CompleteReason {
        Caller = "caller",
        Agent = "agent",
        Transfer = "transfer",
    }

    /// What a subscription is for.
    ///
    /// In [`InboundSubscriptionDetail`](crate::event::InboundSubscriptionDetail) and
    /// [`OutboundSubscriptionDetail`](crate::event::OutboundSubscriptionDetail).
    SubscriptionType {
        /// Waiting messages.
        Mwi = "mwi",
        ExtensionState = "extension_state",
    }

    /// What became of a module that somebody loaded or unloaded.
    ///
    /// In [`Load`](crate::event::Load) and [`Unload`](crate::event::Unload).
    ModuleStatus {
        Success = "Success",
        Failure = "Failure",
        /// The module does not want to run, mostly for want of a configuration.
        Decline = "Decline",
    }

    /// Whether calls were let end before Asterisk stopped.
    ///
    /// In [`Shutdown`](crate::event::Shutdown).
    ShutdownKind {
        Cleanly = "Cleanly",
        Uncleanly = "Uncleanly",
    }

    /// What timed out.
    ///
    /// In [`SessionTimeout`](crate::event::SessionTimeout).
    TimeoutSource {
        /// No audio came.
        RtpTimeout = "RTPTimeout",
        SipSessionTimer = "SIPSessionTimer",
    }

    /// How grave a security event is.
    ///
    /// In [`SecuritySource`](crate::event::SecuritySource).
    Severity {
        Informational = "Informational",
        Error = "Error",
    }
}

/// The text, or `None` where it says that there is none: empty, `<unknown>`, `<none>`, `<null>` or `(null)`.
///
/// Asterisk prints `<unknown>` for a caller's number or name that is not known.
///
/// # Examples
///
/// ```
/// assert_eq!(gami::event::known("<unknown>"), None);
/// assert_eq!(gami::event::known("100"), Some("100"));
/// ```
pub fn known(text: &str) -> Option<&str> {
    let absent = ["", "<unknown>", "<none>", "<null>", "(null)"];
    (!absent.contains(&text)).then_some(text)
}

/// The text with C escapes undone: `\n`, `\r`, `\t`, `\\`, `\"` and their like.
///
/// From Asterisk 13.5 and 14 on, four values arrive escaped: `CallerIDName` and `ConnectedLineName` where they
/// describe a channel, as in a [`ChannelSnapshot`](crate::event::ChannelSnapshot), those of
/// [`ChanVariable`](crate::event::ChanVariable), and the `Value` of `VarSet`. Before, and in all other headers, such
/// as `CallerIDName` of an `OriginateResponse` or a `QueueEntry`, they arrive as they are: do not unescape them.
///
/// A backslash before any other character stays.
///
/// # Examples
///
/// ```
/// assert_eq!(gami::event::unescape(r#"Anna \"Zo\" B."#), r#"Anna "Zo" B."#);
/// ```
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('\\') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        if char != '\\' {
            plain.push(char);
            continue;
        }
        match chars.next() {
            Some('a') => plain.push('\x07'),
            Some('b') => plain.push('\x08'),
            Some('f') => plain.push('\x0c'),
            Some('n') => plain.push('\n'),
            Some('r') => plain.push('\r'),
            Some('t') => plain.push('\t'),
            Some('v') => plain.push('\x0b'),
            Some(escaped @ ('\\' | '"' | '\'' | '?')) => plain.push(escaped),
            Some(other) => plain.extend(['\\', other]),
            None => plain.push('\\'),
        }
    }
    Cow::Owned(plain)
}

// Of queues.

words! {
    /// How a member came into a queue, the header `Membership`.
    ///
    /// In [`MemberSnapshot`](crate::event::MemberSnapshot).
    Membership {
        /// By `queues.conf`.
        Static = "static",
        /// By an action, a command or the dialplan while Asterisk runs.
        Dynamic = "dynamic",
        /// From a database.
        Realtime = "realtime",
    }
}
