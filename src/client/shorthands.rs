//! What every program asks of a server, in a line each.

use std::time::{Duration, Instant};

use super::Client;
use crate::action::{
    Action, CoreSettings, DBDel, DBGet, DBPut, EventMask, Events, Filter, Getvar, Hangup, MatchCriteria, Ping,
    QueueAdd, QueuePause, QueueRemove, Redirect, Setvar, UpdateConfig,
};
use crate::config::Config;
use crate::error::{Error, Result};
use crate::event::Event;
use crate::options::check_mask;
use crate::response::Response;

/// # Shorthands
///
/// Each makes one action, whose type in [`gami::action`](crate::action) says which privilege the user needs and
/// offers what is left out here. Unless said otherwise they hold for Asterisk 1.8 to 23, block up to the action
/// timeout, and fail as [`Client::action`] does: with [`Error::Rejected`] if the server refuses.
impl Client {
    /// Pings the server and returns how long the answer took.
    ///
    /// The time is that of the round trip, the server's handling included: a server that is busy with
    /// another action of this session answers once that is done.
    ///
    /// # Errors
    ///
    /// As [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// println!("the server answered in {:?}", ami.ping()?);
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn ping(&self) -> Result<Duration> {
        let begun = Instant::now();
        self.action(Ping::new())?;
        Ok(begun.elapsed())
    }

    /// Tells the server's version as it names it, such as `22.1.0`; empty if it does not.
    ///
    /// # Errors
    ///
    /// As [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// println!("Asterisk {}", ami.server_version()?);
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn server_version(&self) -> Result<String> {
        Ok(text(&self.action(CoreSettings::new())?, "AsteriskVersion"))
    }

    /// The line with which the server greeted, such as `Asterisk Call Manager/11.0.0`.
    ///
    /// The number is the version of the manager interface, not Asterisk's. It needs no login, and nothing is
    /// sent: use it where the user may not ask for [`Client::server_version`].
    ///
    /// # Errors
    ///
    /// [`Error::NotConnected`] or [`Error::Closed`] if there is no link.
    ///
    /// # Blocking
    ///
    /// Only if the link is down, as [`Options::wait_for_link`](crate::Options::wait_for_link) says.
    pub fn banner(&self) -> Result<String> {
        Ok(self.handle.engine.link()?.banner().to_owned())
    }

    /// Sets which events this session is sent; a reconnection sets it again.
    ///
    /// The mask is `"on"`, `"off"`, names of classes as in `"call,agent"`, or [`EventClass`]es. A user is sent
    /// only what it may read, whatever the mask.
    ///
    /// A server with `brokeneventsaction=yes` does not answer the action [`Events`]. This does not wait for
    /// such an answer: a ping goes along, and once that is answered the mask is set.
    ///
    /// # Errors
    ///
    /// As [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::async_action`], and then up to the action timeout.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::action::EventClass;
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.set_event_mask("off")?;
    /// ami.set_event_mask([EventClass::Call, EventClass::Agent])?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    ///
    /// [`EventClass`]: crate::action::EventClass
    pub fn set_event_mask(&self, mask: impl Into<EventMask>) -> Result<()> {
        let mask = mask.into();
        check_mask(&mask)?;
        let events = Action::from(Events::new(mask));
        let answer = self.async_action(&events)?;
        // A server answers the actions of a session in order.
        let ping = self.ping();
        match answer.try_recv() {
            Ok(answer) => answer.map(drop),
            Err(_) => {
                ping?;
                self.handle.engine.session.remember(&events);
                Ok(())
            }
        }
    }

    /// Adds a filter that includes: of this session's events only those that match it, or another that
    /// includes, are sent.
    ///
    /// It is an extended regular expression on an event's whole text, which begins with `Event: ` and the name. So
    /// `^Event: Hangup[^A-Za-z]` is for `Hangup` alone, where `Event: Hangup` lets `HangupRequest` through too, and
    /// whatever says so in a header. Filters cannot be taken
    /// back; they end with the connection, and a reconnection sets them again. [`Filter::match_criteria`] has
    /// the faster ones of newer servers. Events that answer an action come all the same, but not the
    /// `OriginateResponse` that [`Client::originate`] waits for: include it too.
    ///
    /// Asterisk 10 and later.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] also if the expression does not compile. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.include_events("^Event: (Newchannel|Hangup|OriginateResponse)[^A-Za-z]")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn include_events(&self, regex: impl AsRef<str>) -> Result<()> {
        let regex = regex.as_ref();
        if regex.starts_with('!') {
            return Err(Error::invalid("filter", "begins with `!`, which excludes"));
        }
        self.action(Filter::new(regex)).map(drop)
    }

    /// Adds filters that include the events of these names, in the server's spelling, and no others.
    ///
    /// Servers that know them are given criteria, which cost them least (Asterisk 18.26, 20.11, 21.6, 22.1 and later),
    /// others one expression that is anchored, so that `Hangup` does not let `HangupRequest` through. The rest is as
    /// with [`Client::include_events`]: a reconnection sets them again.
    ///
    /// Asterisk 10 and later.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for no names at all, or one that is no word of letters, digits, `_` and `-`. Otherwise as
    /// [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`], for each of the actions.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.include_event_names(["Newchannel", "Hangup", "OriginateResponse"])?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn include_event_names<N: AsRef<str>>(&self, names: impl IntoIterator<Item = N>) -> Result<()> {
        let names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_owned()).collect();
        if names.is_empty() {
            return Err(Error::invalid("names of events", "are none: a filter would let every event through"));
        }
        let is_word = |name: &str| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        };
        if let Some(wrong) = names.iter().find(|name| !is_word(name)) {
            return Err(Error::invalid(
                format!("name of an event {wrong:?}"),
                "is no word of letters, digits, `_` and `-`",
            ));
        }
        if !self.handle.engine.knows_criteria()? {
            return self.include_events(format!("^Event: ({})[^A-Za-z]", names.join("|")));
        }
        for name in names {
            self.action(Filter::criteria(MatchCriteria::new().name(&name)))?;
        }
        Ok(())
    }

    /// Adds a filter that excludes: of this session's events those that match it are not sent.
    ///
    /// It is a regular expression on an event's whole text, as with [`Client::include_events`].
    ///
    /// Asterisk 10 and later.
    ///
    /// # Errors
    ///
    /// As [`Client::include_events`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.exclude_events("^Event: (VarSet|Newexten)[^A-Za-z]")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn exclude_events(&self, regex: impl AsRef<str>) -> Result<()> {
        self.action(Filter::exclude(regex.as_ref())).map(drop)
    }

    /// Reads a configuration file of the server, such as `queues.conf`, as a structure.
    ///
    /// Templates are in it from Asterisk 13.2 on; see [`config`](crate::config).
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] if there is no such file. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// for category in ami.get_config("pjsip.conf")?.categories {
    ///     println!("{}: {}", category.name, category.get("type").unwrap_or("as its template"));
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn get_config(&self, file: &str) -> Result<Config> {
        Ok(Config::read(file, &self.action(Config::request(file))?))
    }

    /// Makes a configuration file of the server what it should be: sends what makes `wanted` of `before`, as it was read.
    ///
    /// What stays is not touched, and the file keeps its order; see [`config`](crate::config) for what the server
    /// does besides. With `reload` a module reads the file afterwards, such as `app_queue.so`; `yes` is for all.
    /// Nothing is sent where nothing changes.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for what the server cannot write, as [`Config::update_to`] says; then nothing was sent.
    /// Otherwise as [`Client::action`]. Beyond about thirty changes there are several actions, and where a later one
    /// fails the file is left as those before it made it: read it again.
    ///
    /// # Blocking
    ///
    /// As [`Client::action`], for each of the actions.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// let before = ami.get_config("voicemail.conf")?;
    /// let mut after = before.clone();
    /// if let Some(boxes) = after.category_mut("default") {
    ///     boxes.set("100", "4711,Ann Other,ann@example.org");
    /// }
    /// ami.update_config(&before, &after, Some("app_voicemail.so"))?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn update_config(&self, before: &Config, wanted: &Config, reload: Option<&str>) -> Result<()> {
        let actions = before.update_to(wanted)?;
        let is_old = self.banner()?.rsplit('/').next().is_some_and(|version| version.starts_with("1."));
        if is_old && actions.iter().any(UpdateConfig::has_options) {
            let reason = "templates and categories of one name need a server of Asterisk 13.2 or later";
            return Err(Error::invalid(format!("file {}", wanted.file), reason));
        }
        let count = actions.len();
        for (number, action) in actions.into_iter().enumerate() {
            let reload = reload.filter(|_| number + 1 == count);
            self.action(match reload {
                Some(module) => action.reload(module),
                None => action,
            })?;
        }
        Ok(())
    }

    /// Lists the channels that are up, an event `CoreShowChannel` each; an empty list if there is none.
    ///
    /// # Errors
    ///
    /// As [`Client::list`].
    ///
    /// # Blocking
    ///
    /// As [`Client::list`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// use gami::event::CoreShowChannel;
    ///
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// for event in ami.channels()? {
    ///     let up = CoreShowChannel::from(&event);
    ///     println!("{} is up for {} in {}", up.channel.name, up.duration, up.application);
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn channels(&self) -> Result<Vec<Event>> {
        Ok(self.list("CoreShowChannels")?.items)
    }

    /// Hangs up a channel.
    ///
    /// [`Hangup::cause`] tells the other side why; to hang up all channels whose names match a pattern, make
    /// the action [`Hangup`] with [`Client::list`].
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] also if there is no such channel: `No such channel`. [`Error::Invalid`] for a
    /// pattern. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.hangup("PJSIP/100-00000001")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn hangup(&self, channel: impl AsRef<str>) -> Result<()> {
        let channel = channel.as_ref();
        if channel.starts_with('/') {
            return Err(Error::invalid("channel", "is a pattern, which `list(Hangup::new(…))` takes"));
        }
        self.action(Hangup::new(channel)).map(drop)
    }

    /// Sends a channel to another place in the dialplan; the priority is a number or a label.
    ///
    /// The channel leaves its bridge, and the other side is usually hung up: [`Redirect::extra_channel`] takes
    /// both along.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] also if there is no such channel. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.redirect("PJSIP/100-00000001", "internal", "200", 1)?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn redirect(
        &self,
        channel: impl AsRef<str>,
        context: impl AsRef<str>,
        exten: impl AsRef<str>,
        priority: impl ToString,
    ) -> Result<()> {
        self.action(Redirect::new(channel.as_ref(), context.as_ref(), exten.as_ref(), priority)).map(drop)
    }

    /// Reads a variable or a function of a channel, such as `DIALSTATUS` or `CALLERID(num)`.
    ///
    /// `None` if it is not set or empty: the manager interface does not tell one from the other. Of a value
    /// with line breaks the first line comes.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] also if there is no such channel: `No such channel`. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// match ami.getvar("PJSIP/100-00000001", "CALLERID(num)")? {
    ///     Some(number) => println!("{number} calls"),
    ///     None => println!("somebody calls"),
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn getvar(&self, channel: impl AsRef<str>, variable: impl AsRef<str>) -> Result<Option<String>> {
        self.variable(Getvar::new(variable.as_ref()).channel(channel.as_ref()))
    }

    /// Reads a global variable, or a function that needs no channel, such as `DEVICE_STATE(PJSIP/100)`.
    ///
    /// `None` if it is not set or empty, as with [`Client::getvar`].
    ///
    /// # Errors
    ///
    /// As [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// let closed = ami.getvar_global("NIGHT")?.is_some();
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn getvar_global(&self, variable: impl AsRef<str>) -> Result<Option<String>> {
        self.variable(Getvar::new(variable.as_ref()))
    }

    fn variable(&self, getvar: Getvar) -> Result<Option<String>> {
        Ok(Some(text(&self.action(getvar)?, "Value")).filter(|value| !value.is_empty()))
    }

    /// Sets a variable or a function of a channel, such as `CALLERID(name)`.
    ///
    /// The value arrives as it is, commas, quotes and backslashes too, but for leading blanks, which Asterisk
    /// drops; an empty one unsets nothing, but reads as not set.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] also if there is no such channel: `No such channel`. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.setvar("PJSIP/100-00000001", "CALLERID(name)", "Alice")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn setvar(&self, channel: impl AsRef<str>, variable: impl AsRef<str>, value: impl AsRef<str>) -> Result<()> {
        self.action(Setvar::new(variable.as_ref(), value.as_ref()).channel(channel.as_ref())).map(drop)
    }

    /// Sets a global variable, or a function that needs no channel, such as `DEVICE_STATE(Custom:lamp)`.
    ///
    /// The value is as with [`Client::setvar`].
    ///
    /// # Errors
    ///
    /// As [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.setvar_global("DEVICE_STATE(Custom:lamp)", "INUSE")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn setvar_global(&self, variable: impl AsRef<str>, value: impl AsRef<str>) -> Result<()> {
        self.action(Setvar::new(variable.as_ref(), value.as_ref())).map(drop)
    }

    /// Adds a member to a queue, unpaused and without a penalty; [`QueueAdd`] has more.
    ///
    /// The member is called by its interface, such as `PJSIP/100` or `Local/100@agents`.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] also if there is no such queue or the member is in it already. Otherwise as
    /// [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.queue_add("support", "PJSIP/100")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn queue_add(&self, queue: impl AsRef<str>, interface: impl AsRef<str>) -> Result<()> {
        self.action(QueueAdd::new(queue.as_ref(), interface.as_ref())).map(drop)
    }

    /// Removes a member that was added to a queue; those of `queues.conf` stay.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] also if there is no such queue, or no such member in it that was added. Otherwise as
    /// [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.queue_remove("support", "PJSIP/100")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn queue_remove(&self, queue: impl AsRef<str>, interface: impl AsRef<str>) -> Result<()> {
        self.action(QueueRemove::new(queue.as_ref(), interface.as_ref())).map(drop)
    }

    /// Pauses a member of a queue: it stays in it and is not called.
    ///
    /// [`QueuePause`] takes a reason, and without a queue pauses the member in all of them.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] also if there is no such member or queue. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.queue_pause("support", "PJSIP/100")?;
    /// ami.queue_unpause("support", "PJSIP/100")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn queue_pause(&self, queue: impl AsRef<str>, interface: impl AsRef<str>) -> Result<()> {
        self.action(QueuePause::new(interface.as_ref(), true).queue(queue.as_ref())).map(drop)
    }

    /// Brings a paused member of a queue back.
    ///
    /// # Errors
    ///
    /// As [`Client::queue_pause`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.queue_unpause("support", "PJSIP/100")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn queue_unpause(&self, queue: impl AsRef<str>, interface: impl AsRef<str>) -> Result<()> {
        self.action(QueuePause::new(interface.as_ref(), false).queue(queue.as_ref())).map(drop)
    }

    /// Reads an entry of Asterisk's database; `None` if there is no such entry.
    ///
    /// # Errors
    ///
    /// As [`Client::action`].
    ///
    /// # Blocking
    ///
    /// Up to the action timeout for the response, and again for the entry.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// if let Some(number) = ami.db_get("CFU", "100")? {
    ///     println!("100 is forwarded to {number}");
    /// }
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn db_get(&self, family: impl AsRef<str>, key: impl AsRef<str>) -> Result<Option<String>> {
        // The one entry is enough: what ends the list is not waited for.
        let mut list = match self.list_items(DBGet::new(family.as_ref(), key.as_ref())) {
            Err(Error::Rejected(response)) if says(&response, "Database entry not found") => return Ok(None),
            list => list?,
        };
        let entry = list.next().transpose()?;
        Ok(entry.map(|entry| entry.get("Val").unwrap_or_default().to_owned()))
    }

    /// Writes an entry of Asterisk's database, whether it is there already or not.
    ///
    /// The value arrives as it is, but for leading blanks, which Asterisk drops.
    ///
    /// # Errors
    ///
    /// As [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.db_put("CFU", "100", "200")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn db_put(&self, family: impl AsRef<str>, key: impl AsRef<str>, value: impl AsRef<str>) -> Result<()> {
        self.action(DBPut::new(family.as_ref(), key.as_ref()).val(value.as_ref())).map(drop)
    }

    /// Deletes an entry of Asterisk's database.
    ///
    /// # Errors
    ///
    /// [`Error::Rejected`] also if there is no such entry, which servers do not tell from an entry that could
    /// not be deleted. Otherwise as [`Client::action`].
    ///
    /// # Blocking
    ///
    /// As [`Client::action`].
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # let ami = gami::Client::dial("127.0.0.1:5038")?;
    /// ami.db_del("CFU", "100")?;
    /// # Ok::<(), gami::Error>(())
    /// ```
    pub fn db_del(&self, family: impl AsRef<str>, key: impl AsRef<str>) -> Result<()> {
        self.action(DBDel::new(family.as_ref(), key.as_ref())).map(drop)
    }
}

fn text(response: &Response, header: &str) -> String {
    response.get(header).unwrap_or_default().to_owned()
}

fn says(response: &Response, message: &str) -> bool {
    response.message().is_some_and(|said| said.trim().eq_ignore_ascii_case(message))
}
