-- Writes the result of an action, once: with it the entry is no longer pending.
-- KEYS: the stream, the results, the mark. ARGV: group, entry, MAXLEN of the results (0: none), seconds for which the
-- mark is kept (0: not at all, -1: it is none of this entry), then the fields.
if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[2], ARGV[2], 1) == 0 then return 0 end
local xadd = { 'XADD', KEYS[2] }
if tonumber(ARGV[3]) > 0 then
  for _, word in ipairs({ 'MAXLEN', '~', ARGV[3] }) do xadd[#xadd + 1] = word end
end
xadd[#xadd + 1] = '*'
for at = 5, #ARGV do xadd[#xadd + 1] = ARGV[at] end
redis.call(unpack(xadd))
if ARGV[4] == '0' then
  redis.call('DEL', KEYS[3])
elseif ARGV[4] ~= '-1' then
  redis.call('EXPIRE', KEYS[3], ARGV[4])
end
redis.call('XACK', KEYS[1], ARGV[1], ARGV[2])
return 1
