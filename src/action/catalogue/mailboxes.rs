//! Voicemail and message waiting indication.

use crate::action::Action;

actions! {
    /// Tells whether there are messages in mailboxes.
    ///
    /// A mailbox is `number@context`; several are separated by commas.
    MailboxStatus(mailbox: text = "Mailbox") needs "call, reporting" in "1.0 and later"
        answers "a response with `Waiting`, 1 if there are new messages and 0 if not" {}

    /// Counts the messages in a mailbox.
    MailboxCount(mailbox: text = "Mailbox") needs "call, reporting" in "1.0 and later"
        answers "a response with `NewMessages`, `OldMessages` and, from 1.8 on, `UrgMessages`" {}

    /// Sets the message counts of a mailbox that is kept outside Asterisk.
    MWIUpdate(mailbox: text = "Mailbox") needs "call" in "12 and later, with res_mwi_external" answers "a plain response" {
        set old_messages: u32 = "OldMessages", "How many messages were heard; 0 by default.";
        set new_messages: u32 = "NewMessages", "How many messages were not heard; 0 by default.";
    }

    /// Lists the message counts of mailboxes that are kept outside Asterisk.
    ///
    /// A mailbox, or a regular expression between slashes for several.
    ///
    /// Kept current by the event [`MessageWaiting`](crate::event::MessageWaiting).
    MWIGet(mailbox: text = "Mailbox") needs "call, reporting" in "12 and later, with res_mwi_external"
        lists "events [`MWIGet`](crate::event::MWIGet)" completes "MWIGetComplete" {}

    /// Forgets mailboxes that are kept outside Asterisk, named as for [`MWIGet`].
    MWIDelete(mailbox: text = "Mailbox") needs "call" in "12 and later, with res_mwi_external" answers "a plain response" {}

    /// Lists the voicemail users.
    ///
    /// Where there is none, the answer is a success without a list, `There are no voicemail users …`.
    ///
    /// Kept current by the events [`MessageWaiting`](crate::event::MessageWaiting) and
    /// [`VoicemailPasswordChange`](crate::event::VoicemailPasswordChange).
    VoicemailUsersList() needs "call, reporting" in "1.6 and later"
        lists "events [`VoicemailUserEntry`](crate::event::VoicemailUserEntry)" completes "VoicemailUserEntryComplete" {}

    /// Tells about one voicemail user.
    ///
    /// For an unknown one the answer is a success without a list, `There is no voicemail user …`.
    ///
    /// Kept current by the event [`MessageWaiting`](crate::event::MessageWaiting).
    VoicemailUserStatus(context: text = "Context", mailbox: text = "Mailbox") needs "call, reporting" in "16 and later"
        lists "an event [`VoicemailUserDetail`](crate::event::VoicemailUserDetail)" completes "VoicemailUserDetailComplete" {}

    /// Lists the messages in a mailbox.
    ///
    /// For an unknown one the answer is a success without a list, `There is no voicemail user …`.
    ///
    /// Kept current by the event [`MessageWaiting`](crate::event::MessageWaiting).
    VoicemailBoxSummary(context: text = "Context", mailbox: text = "Mailbox") needs "call, reporting" in "18.20, 20.5 and later"
        lists "events [`VoicemailBoxDetail`](crate::event::VoicemailBoxDetail), whose `ID` the other actions take" completes "VoicemailBoxDetailComplete" {}

    /// Copies a message into a folder of another mailbox.
    VoicemailForward(
        context: text = "Context", mailbox: text = "Mailbox", folder: text = "Folder", id: text = "ID",
        to_context: text = "ToContext", to_mailbox: text = "ToMailbox", to_folder: text = "ToFolder",
    ) needs "user" in "18.20, 20.5 and later"
        answers "a success in any case; its `Message` says `successful` or `failed`" {}

    /// Moves a message into another folder of its mailbox.
    VoicemailMove(
        context: text = "Context", mailbox: text = "Mailbox", folder: text = "Folder", id: text = "ID", to_folder: text = "ToFolder",
    ) needs "user" in "18.20, 20.5 and later"
        answers "a success in any case; its `Message` says `successful` or `failed`" {}

    /// Deletes a message.
    VoicemailRemove(context: text = "Context", mailbox: text = "Mailbox", folder: text = "Folder", id: text = "ID")
        needs "user" in "18.20, 20.5 and later"
        answers "a success in any case; its `Message` says `successful` or `failed`" {}

    /// Makes Asterisk look for changes in mailboxes, of one user, a context or all.
    VoicemailRefresh() needs "user" in "12 and later" answers "a plain response" {
        set context: text = "Context", "Only mailboxes of this context.";
        set mailbox: text = "Mailbox", "Only mailboxes of this number.";
    }
}
