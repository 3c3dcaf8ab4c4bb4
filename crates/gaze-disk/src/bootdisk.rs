//! A bootable disk of our own: one boot sector that says a line on the serial port.
//!
//! The code is real-mode x86, loaded by the BIOS at 0000:7C00. It writes the message to COM1
//! (port 0x3F8) byte by byte, waiting for the transmitter (line status register 0x3FD, bit 5), and
//! then either halts or resets through the keyboard controller, which QEMU's `-no-reboot` turns
//! into an exit.

use crate::error::DiskError;

const SECTOR: usize = 512;
/// Offset of the MBR's partition table; code and message end before it.
const PARTITIONS: usize = 446;

/// What the machine does after the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtEnd {
    /// Stands still.
    Halt,
    /// Restarts.
    Reset,
}

/// The code, up to the message. `LODSB` reads from DS:SI, which the start sets to the message.
const PRINT: [u8; 31] = [
    0xfa, // cli
    0x31, 0xc0, // xor ax, ax
    0x8e, 0xd8, // mov ds, ax
    0xfc, // cld
    0xbe, 0x00, 0x00, // mov si, message (its address is filled in)
    0xac, // next: lodsb
    0x84, 0xc0, // test al, al
    0x74, 0x11, // jz done
    0x88, 0xc4, // mov ah, al
    0xba, 0xfd, 0x03, // mov dx, 0x3fd
    0xec, // wait: in al, dx
    0xa8, 0x20, // test al, 0x20
    0x74, 0xfb, // jz wait
    0xb2, 0xf8, // mov dl, 0xf8
    0x88, 0xe0, // mov al, ah
    0xee, // out dx, al
    0xeb, 0xea, // jmp next
];
/// `hlt` again and again; interrupts are off.
const HALT: [u8; 3] = [0xf4, 0xeb, 0xfd];
/// Command 0xFE of the keyboard controller pulses the reset line.
const RESET: [u8; 7] = [0xb0, 0xfe, 0xe6, 0x64, 0xf4, 0xeb, 0xfd];
/// Where `mov si` keeps the message's address.
const MESSAGE_OPERAND: usize = 7;
const LOADED_AT: u16 = 0x7c00;

/// A boot sector that says `message` and a line end. The message is at most about 400 bytes and
/// holds no NUL.
///
/// # Errors
/// When the message does not fit.
pub fn boot_sector(message: &str, at_end: AtEnd) -> Result<[u8; SECTOR], DiskError> {
    let mut code = Vec::with_capacity(PARTITIONS);
    code.extend(PRINT);
    match at_end {
        AtEnd::Halt => code.extend(HALT),
        AtEnd::Reset => code.extend(RESET),
    }
    let too_long = DiskError::Unwritable("the message does not fit a boot sector");
    let Ok(offset) = u16::try_from(code.len()) else {
        return Err(too_long);
    };
    code[MESSAGE_OPERAND..MESSAGE_OPERAND + 2].copy_from_slice(&(LOADED_AT + offset).to_le_bytes());
    code.extend(message.bytes());
    code.extend(*b"\r\n\0");
    if message.contains('\0') || code.len() > PARTITIONS {
        return Err(too_long);
    }
    let mut sector = [0; SECTOR];
    sector[..code.len()].copy_from_slice(&code);
    sector[SECTOR - 2..].copy_from_slice(&[0x55, 0xaa]);
    Ok(sector)
}

/// A raw disk of `size` bytes that boots into the message: the sector, to be followed by zeros.
///
/// # Errors
/// When the message does not fit or the disk has no room for a sector.
pub fn boot_sector_disk(message: &str, size: u64) -> Result<[u8; SECTOR], DiskError> {
    if size < crate::bytes::length(SECTOR) {
        return Err(DiskError::Unwritable(
            "a bootable disk has at least one sector",
        ));
    }
    boot_sector(message, AtEnd::Halt)
}
