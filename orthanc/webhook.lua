-- Tells the service at once that a series is complete; without it the service looks every few seconds by itself.
-- Orthanc: "LuaScripts": ["webhook.lua"]. The secret is http.webhookSecret of the service's settings.
local url = os.getenv('PANSEG_WEBHOOK_URL') or 'http://127.0.0.1:8090/webhook'
local secret = os.getenv('PANSEG_WEBHOOK_SECRET') or ''

function OnStableSeries(seriesId, tags, metadata)
  if tags['Modality'] == 'CT' or tags['Modality'] == 'MR' then
    -- A service that is away finds the series by its own looks, so that a failure here means nothing.
    pcall(HttpPost, url, '', { ['Authorization'] = 'Bearer ' .. secret })
  end
end
