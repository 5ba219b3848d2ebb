/** A module that cannot be loaded as a function. */
throw new Error('its configuration is missing');
