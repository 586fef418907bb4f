//! Parking: calls that wait in a lot until somebody takes them.

use super::prelude::*;

events! {
    /// Sent when a call is parked, and for each in the answer to the action
    /// [`ParkedCalls`](crate::action::ParkedCalls).
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`ParkedCallSwap`], [`ParkedCallTimeOut`], [`ParkedCallGiveUp`] and [`UnParkedCall`]. The action
    /// [`ParkedCalls`](crate::action::ParkedCalls) tells what is so now.
    ParkedCall {
        /// The channel that is parked; up to Asterisk 11 its `exten` is the space.
        parkee: group ChannelSnapshot["Parkee" | ""],
        /// How the parker is called back.
        parker_dial_string: Text["ParkerDialString"],
        /// The channel that parked it; up to Asterisk 11.
        from: Text["From"],
        /// The lot's name, such as `default`.
        parkinglot: Text["Parkinglot"],
        /// The number of the space.
        parking_space: Text["ParkingSpace" | "Exten"],
        /// The time left.
        parking_timeout: Seconds["ParkingTimeout" | "Timeout"],
        /// The time spent.
        parking_duration: Seconds["ParkingDuration" | "Duration"],
    }

    /// Sent when a parked caller hangs up.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`ParkedCall`], [`ParkedCallSwap`], [`ParkedCallTimeOut`] and [`UnParkedCall`]. The action
    /// [`ParkedCalls`](crate::action::ParkedCalls) tells what is so now.
    ParkedCallGiveUp {
        /// The channel that was parked; up to Asterisk 11 its `exten` is the space.
        parkee: group ChannelSnapshot["Parkee" | ""],
        parker: group ChannelSnapshot["Parker"],
        /// How the parker is called back.
        parker_dial_string: Text["ParkerDialString"],
        /// The lot's name, such as `default`.
        parkinglot: Text["Parkinglot"],
        /// The number of the space.
        parking_space: Text["ParkingSpace" | "Exten"],
        /// The time left.
        parking_timeout: Seconds["ParkingTimeout"],
        /// The time spent.
        parking_duration: Seconds["ParkingDuration"],
    }

    /// Sent when another channel takes a parked one's place in the lot.
    ///
    /// Class `call`. Asterisk 12 to 23.
    ///
    /// Goes with [`ParkedCall`], [`ParkedCallTimeOut`], [`ParkedCallGiveUp`] and [`UnParkedCall`]. The action
    /// [`ParkedCalls`](crate::action::ParkedCalls) tells what is so now.
    ParkedCallSwap {
        /// The channel that is parked now.
        parkee: group ChannelSnapshot["Parkee"],
        parker: group ChannelSnapshot["Parker"],
        /// How the parker is called back.
        parker_dial_string: Text["ParkerDialString"],
        /// The lot's name, such as `default`.
        parkinglot: Text["Parkinglot"],
        /// The number of the space.
        parking_space: Text["ParkingSpace"],
        /// The time left.
        parking_timeout: Seconds["ParkingTimeout"],
        /// The time spent.
        parking_duration: Seconds["ParkingDuration"],
    }

    /// Sent when nobody took a parked call in time.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`ParkedCall`], [`ParkedCallSwap`], [`ParkedCallGiveUp`] and [`UnParkedCall`]. The action
    /// [`ParkedCalls`](crate::action::ParkedCalls) tells what is so now.
    ParkedCallTimeOut {
        /// The channel that was parked; up to Asterisk 11 its `exten` is the space.
        parkee: group ChannelSnapshot["Parkee" | ""],
        parker: group ChannelSnapshot["Parker"],
        /// How the parker is called back.
        parker_dial_string: Text["ParkerDialString"],
        /// The lot's name, such as `default`.
        parkinglot: Text["Parkinglot"],
        /// The number of the space.
        parking_space: Text["ParkingSpace" | "Exten"],
        /// The time left.
        parking_timeout: Seconds["ParkingTimeout"],
        /// The time spent.
        parking_duration: Seconds["ParkingDuration"],
    }

    /// Sent when somebody takes a parked call.
    ///
    /// Class `call`. Asterisk 1.8 to 23.
    ///
    /// Goes with [`ParkedCall`], [`ParkedCallSwap`], [`ParkedCallTimeOut`] and [`ParkedCallGiveUp`]. The action
    /// [`ParkedCalls`](crate::action::ParkedCalls) tells what is so now.
    UnParkedCall {
        /// The channel that was parked; up to Asterisk 11 its `exten` is the space.
        parkee: group ChannelSnapshot["Parkee" | ""],
        parker: group ChannelSnapshot["Parker"],
        /// The channel that takes the call.
        retriever: group ChannelSnapshot["Retriever"],
        /// How the parker is called back.
        parker_dial_string: Text["ParkerDialString"],
        /// The channel that takes the call; up to Asterisk 11.
        from: Text["From"],
        /// The lot's name, such as `default`.
        parkinglot: Text["Parkinglot"],
        /// The number of the space.
        parking_space: Text["ParkingSpace" | "Exten"],
        /// The time left.
        parking_timeout: Seconds["ParkingTimeout"],
        /// The time spent.
        parking_duration: Seconds["ParkingDuration"],
    }

    /// Ends the answer to the action [`ParkedCalls`](crate::action::ParkedCalls).
    ///
    /// Sent only in answer to an action; no class. Asterisk 1.8 to 23.
    ParkedCallsComplete {
        /// How many calls are parked.
        total: u32["Total"],
        list: group ListEnd[""],
    }

    /// A lot in the answer to the action [`Parkinglots`](crate::action::Parkinglots).
    ///
    /// Sent only in answer to an action; no class. Asterisk 11 to 23.
    Parkinglot {
        /// The lot's name, such as `default`.
        name: Text["Name"],
        /// The number of the first space.
        start_space: Text["StartSpace" | "StartExten"],
        /// The number of the last space.
        stop_space: Text["StopSpace" | "StopExten"],
        /// How long a call is parked before somebody is called back.
        timeout: Seconds["Timeout"],
    }

    /// Ends the answer to the action [`Parkinglots`](crate::action::Parkinglots).
    ///
    /// Sent only in answer to an action; no class. Asterisk 11 to 23.
    ParkinglotsComplete {
        list: group ListEnd[""],
    }
}
