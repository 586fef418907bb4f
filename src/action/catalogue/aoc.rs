//! Advice of charge.

use crate::action::{
    Action, AocBillingId, AocChargeType, AocChargedItem, AocChargingType, AocMessageType, AocMultiplier, AocRateType,
    AocTimeScale, AocTotalType, AocVolumeUnit,
};

actions! {
    /// Sends an advice of charge to a channel.
    ///
    /// One of [`channel`](Self::channel) and [`channel_prefix`](Self::channel_prefix) is needed. An AOC-S
    /// message has as many entries as [`charged_item`](Self::charged_item) is called; what is called after
    /// one belongs to it, so the order of the calls counts.
    AOCMessage(msg_type: AocMessageType = "MsgType") needs "aoc" in "1.8 and later; AOC-S as noted with the methods"
        answers "a plain response" {
        /// # Examples
        ///
        /// 0.42 EUR, 1,234 units of type 1 and 10 of no type:
        ///
        /// ```
        /// use gami::action::{AOCMessage, AocChargeType, AocMessageType, AocMultiplier};
        ///
        /// let money = AOCMessage::new(AocMessageType::D)
        ///     .channel("PJSIP/100-00000001")
        ///     .charge_type(AocChargeType::Currency)
        ///     .currency_name("EUR")
        ///     .currency_amount(42)
        ///     .currency_multiplier(AocMultiplier::OneHundredth);
        /// let units = AOCMessage::new(AocMessageType::E)
        ///     .channel("PJSIP/100-00000001")
        ///     .charge_type(AocChargeType::Unit)
        ///     .units(1234, Some(1))
        ///     .units(10, None);
        /// # let _ = (money, units);
        /// ```
        set channel: text = "Channel", "The channel.";
        set channel_prefix: text = "ChannelPrefix", "How the channel's name begins; the first that matches is taken.";
        set charge_type: AocChargeType = "ChargeType", "What is charged, for AOC-D and AOC-E.";
        push currency_name: text = "CurrencyName", "The currency, at most 10 characters.";
        push currency_amount: u32 = "CurrencyAmount", "The amount; needs a multiplier.";
        push currency_multiplier: AocMultiplier = "CurrencyMultiplier", "What the amount is multiplied with.";
        set total_type: AocTotalType = "TotalType", "Whether an AOC-D charge is the sum so far, as it is by default, or a part.";
        set billing_id: AocBillingId = "AOCBillingId", "Why the call is charged, for AOC-D and AOC-E.";
        set charging_association_id: i16 = "ChargingAssociationId", "The association's id, for AOC-E.";
        set charging_association_number: text = "ChargingAssociationNumber", "The associated party's number, for AOC-E.";
        set charging_association_plan: u8 = "ChargingAssociationPlan", "The number's type and plan, the seven low bits of that octet in Q.931.";
        push charged_item: AocChargedItem = "ChargedItem", "Begins an entry of an AOC-S message (22 and later).";
        push rate_type: AocRateType = "RateType", "How the entry is charged (22 and later).";
        push time: u32 = "Time", "The time that one amount pays for, in units of `time_scale` (22 and later).";
        push time_scale: AocTimeScale = "TimeScale", "The unit of `time` (22 and later).";
        push granularity: u32 = "Granularity", "The steps in which time is charged, in units of `granularity_time_scale` (22 and later).";
        push granularity_time_scale: AocTimeScale = "GranularityTimeScale", "The unit of `granularity` (22 and later).";
        push charging_type: AocChargingType = "ChargingType", "Whether the charge grows continuously or in steps (22 and later).";
        push volume_unit: AocVolumeUnit = "VolumeUnit", "The unit of volume that one amount pays for (22 and later).";
        push code: u8 = "Code", "The charging code, 1 to 10 (22 and later).";
    }
}

impl AOCMessage {
    /// Adds an entry to the units charged, an amount and its type; can be called again.
    ///
    /// Sent as `UnitAmount(0)` and `UnitType(0)`, the next as `UnitAmount(1)`, and so on.
    pub fn units(mut self, amount: u32, unit_type: Option<u32>) -> Self {
        let index = self.0.iter().filter(|(name, _)| name.starts_with("UnitAmount(")).count();
        self.0.push(format!("UnitAmount({index})"), amount.to_string());
        if let Some(unit_type) = unit_type {
            self.0.push(format!("UnitType({index})"), unit_type.to_string());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_numbered_as_they_are_added() {
        let action = Action::from(AOCMessage::new(AocMessageType::D).units(5, None).units(6, Some(2)));
        let units: Vec<_> = action.iter().skip(1).collect();
        assert_eq!(units, [("UnitAmount(0)", "5"), ("UnitAmount(1)", "6"), ("UnitType(1)", "2")]);
    }

    #[test]
    fn entries_of_an_aoc_s_message_keep_their_order() {
        let action = Action::from(
            AOCMessage::new(AocMessageType::S)
                .charged_item(AocChargedItem::CallSetup)
                .rate_type(AocRateType::Flat)
                .charged_item(AocChargedItem::BasicCommunication)
                .rate_type(AocRateType::Free),
        );
        let values: Vec<_> = action.iter().skip(1).map(|(_, value)| value).collect();
        assert_eq!(values, ["CallSetup", "Flat", "BasicCommunication", "Free"]);
    }
}
