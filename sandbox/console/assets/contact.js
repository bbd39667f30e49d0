// How a patient is called here, and how a number is read.

export const pretty = (number) => number.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");
export const nameOf = (contact) => (contact.name === contact.phone ? pretty(contact.phone) : contact.name);
